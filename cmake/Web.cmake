# The page (web/): built by npm and Vite into web/dist, which tools/embed.cpp writes into the program.
#
#   WOOD_WEB=ON      build it (default)
#   WOOD_WEB=OFF     without: a small page says so, the API answers all the same
#   WOOD_WEB=FOLDER  take this folder of a built page
#
# Gives WOOD_WEB_FOLDER, what to embed, and WOOD_WEB_FILES, what to do it again after.
set(WOOD_WEB ON CACHE STRING "ON: build the page; OFF: leave it out; or the folder of a built page")
set(WOOD_WEB_FOLDER "${CMAKE_SOURCE_DIR}/src/serve/placeholder")
find_program(NPM npm)

if(WOOD_WEB STREQUAL "ON" AND NOT NPM)
  message(WARNING "npm is missing: wood serve is built without its page")
elseif(WOOD_WEB STREQUAL "ON" OR WOOD_WEB STREQUAL "")
  set(web "${CMAKE_SOURCE_DIR}/web")
  set(WOOD_WEB_FOLDER "${web}/dist")
  file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS "${web}/src/*" "${web}/public/*")
  # index.html names the other files by digests of their content: it changes with any of them.
  set(WOOD_WEB_FILES "${web}/dist/index.html")
  add_custom_command(OUTPUT ${WOOD_WEB_FILES} VERBATIM
    DEPENDS ${web_sources} "${web}/index.html" "${web}/package-lock.json" "${web}/vite.config.ts"
      "${web}/svelte.config.js" "${web}/run"
    COMMAND "${web}/run" vite build --logLevel error
    COMMENT "Building the page (web/)")
  add_custom_target(web DEPENDS ${WOOD_WEB_FILES})
elseif(WOOD_WEB)
  set(WOOD_WEB_FOLDER "${WOOD_WEB}")
  file(GLOB_RECURSE WOOD_WEB_FILES CONFIGURE_DEPENDS "${WOOD_WEB}/*")
else()
  message(STATUS "wood serve is built without its page (WOOD_WEB=OFF)")
endif()
