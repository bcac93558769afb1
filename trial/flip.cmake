# A small run, and a stride of its bytes flipped: what the test suite does of trial_flip.
file(REMOVE "${FILE}")
execute_process(COMMAND "${WOOD}" run --cast rules --seed 3 --turns 1 --out "${FILE}" --quiet
  RESULT_VARIABLE played OUTPUT_QUIET)
if(NOT played EQUAL 0)
  message(FATAL_ERROR "wood run ended with ${played}")
endif()
execute_process(COMMAND "${FLIP}" "${FILE}" --stride 997 RESULT_VARIABLE slipped)
if(NOT slipped EQUAL 0)
  message(FATAL_ERROR "trial_flip ended with ${slipped}")
endif()
