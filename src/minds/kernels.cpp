#include "minds/kernels.h"

#ifdef WOOD_HAS_LLAMA

#include <dlfcn.h>
#include <ggml-backend.h>
#include <link.h>
#include <llama.h>

#include <mutex>
#include <string_view>

#include "core/text.h"
#include "host/env.h"
#include "host/file.h"
#include "minds/attend_backend.h"

namespace wood {
namespace {

std::string& last_complaint() {
  thread_local std::string text;
  return text;
}

void listen(ggml_log_level level, const char* text, void*) {
  if (level == GGML_LOG_LEVEL_ERROR) last_complaint() = trim(text);
}

// The folder of libllama: its kernels lie beside it, in the build tree and installed.
std::string library_dir() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&llama_backend_init), &info) == 0) return "";
  const std::string path = info.dli_fname;
  return path.substr(0, path.find_last_of('/') + 1);
}

std::string chosen_kernels(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (const std::string named = env("WOOD_KERNELS"); !named.empty()) return named;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "haswell";
  return __builtin_cpu_supports("sse4.2") ? "sse42" : "x64";
#else
  return "native";
#endif
}

struct Kernels {
  std::mutex mutex;
  std::string loaded;
};
Kernels& kernels_here() {
  static Kernels kernels;  // the vendor's registry of kernels is the process's too
  return kernels;
}

// Of the library that llama.cpp took for itself, by the name of its file; "native" if none is seen.
std::string loaded_variant() {
  std::string variant = "native";
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        static constexpr std::string_view begin = "libggml-cpu-", end = ".so";
        const std::string path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
        const std::string file = path.substr(path.find_last_of('/') + 1);
        if (file.starts_with(begin) && file.ends_with(end))
          *static_cast<std::string*>(out) =
              file.substr(begin.size(), file.size() - begin.size() - end.size());
        return 0;
      },
      &variant);
  return variant;
}

std::string kernels_file(const std::string& variant) {
  return library_dir() + "libggml-cpu-" + variant + ".so";
}

Status load_backend(const std::string& variant) {
  if (variant == "native") {  // whatever llama.cpp finds best here
    ggml_backend_load_all_from_path(library_dir().c_str());
    if (ggml_backend_dev_count() > 0) return {};
    return fail(Errc::environment, "no CPU kernels in " + library_dir() + llama_complaint());
  }
  const std::string path = kernels_file(variant);
  if (!file_exists(path))
    return fail(Errc::environment, "CPU kernels " + variant +
                                       " are not installed here: there is no " + path +
                                       "; WOOD_KERNELS chooses others for a new run");
  if (ggml_backend_load(path.c_str()) == nullptr)
    return fail(Errc::environment, "CPU kernels " + variant + " cannot be loaded from " + path +
                                       llama_complaint() +
                                       ": this processor may lack what they need; WOOD_KERNELS "
                                       "chooses others for a new run");
  return {};
}

}  // namespace

void listen_to_llama() {
  static const bool listening = (llama_log_set(listen, nullptr), true);
  (void)listening;
}

std::string llama_complaint() {
  std::string text = std::move(last_complaint());
  last_complaint().clear();
  return text.empty() ? "" : ": " + text;
}

Result<std::string> load_kernels(const std::string& wanted) {
  Kernels& kernels = kernels_here();
  const std::lock_guard lock(kernels.mutex);
  listen_to_llama();
  if (!kernels.loaded.empty()) {
    if (wanted.empty() || wanted == kernels.loaded) return kernels.loaded;
    return fail(Errc::environment, "CPU kernels " + wanted + " wanted, but " + kernels.loaded +
                                       " are loaded; one variant a process");
  }
  std::string variant = "built-in";  // a llama.cpp that was built with its kernels inside
  if (ggml_backend_dev_count() == 0) {
    variant = chosen_kernels(wanted);
    TRY_STATUS(load_backend(variant));
    // A record that says no more than this keeps its words.
    if (variant == "native" && wanted.empty()) variant = loaded_variant();
  }
  llama_backend_init();
  attend_register();
  kernels.loaded = variant;
  return variant;
}

std::string wide_kernels() {
  Kernels& kernels = kernels_here();
  const std::lock_guard lock(kernels.mutex);
  if (!kernels.loaded.empty() || !env("WOOD_KERNELS").empty()) return "";
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return file_exists(kernels_file("skylakex")) ? "skylakex" : "";  // as fast as icelake, zen4
#endif
  return "";
}

}  // namespace wood

#else  // built with -DWOOD_LLAMA=OFF

namespace wood {
Result<std::string> load_kernels(const std::string&) {
  return fail(Errc::environment, "this program was built without llama.cpp (WOOD_LLAMA=OFF)");
}
std::string wide_kernels() { return ""; }
void listen_to_llama() {}
std::string llama_complaint() { return ""; }
}  // namespace wood

#endif
