# Warnings are errors, and the binary is hardened. Clients of the tests have no more than this: over
# a library that was not built for it the thread sanitizer sees what is not there.
add_library(odradek_warnings INTERFACE)
target_compile_options(odradek_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch -Werror
  # Designated initialisers leave out what keeps its default.
  -Wno-missing-field-initializers
  -fno-strict-aliasing -fstack-protector-strong)
target_include_directories(odradek_warnings INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(odradek_warnings INTERFACE BOOST_ASIO_NO_DEPRECATED)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(odradek_warnings INTERFACE -fcoroutines -fstack-clash-protection)
  # GCC 12 sees overflows in std::vector and std::string that are not there (GCC bugs 105329, 105651).
  target_compile_options(odradek_warnings INTERFACE
    -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict -Wno-stringop-overread
    -Wno-maybe-uninitialized)
endif()

# All of the broker has these.
add_library(odradek_flags INTERFACE)
target_link_libraries(odradek_flags INTERFACE odradek_warnings)
if(ODRADEK_SANITIZE)
  target_compile_options(odradek_flags INTERFACE
    -fsanitize=${ODRADEK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(odradek_flags INTERFACE -fsanitize=${ODRADEK_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND ODRADEK_SANITIZE MATCHES "undefined")
    # vptr opens a pipe to look at memory: without descriptors, which a test uses up, it sees errors everywhere.
    target_compile_options(odradek_flags INTERFACE -fno-sanitize=function,vptr)
  endif()
else()
  target_compile_options(odradek_flags INTERFACE
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
target_compile_definitions(odradek_warnings INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(odradek_warnings INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
