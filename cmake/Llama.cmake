add_library(wood_llama INTERFACE)
