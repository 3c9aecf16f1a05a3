# Warnings are errors, and the binary is hardened.
add_library(odradek_flags INTERFACE)
target_compile_options(odradek_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch -Werror
  # Designated initialisers leave out what keeps its default.
  -Wno-missing-field-initializers
  -fno-strict-aliasing -fstack-protector-strong)
target_include_directories(odradek_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(odradek_flags INTERFACE BOOST_ASIO_NO_DEPRECATED)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(odradek_flags INTERFACE -fcoroutines -fstack-clash-protection)
  # GCC 12 sees overflows in std::vector and std::string that are not there (GCC bugs 105329, 105651).
  target_compile_options(odradek_flags INTERFACE
    -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict -Wno-stringop-overread
    -Wno-maybe-uninitialized)
endif()

if(ODRADEK_SANITIZE)
  target_compile_options(odradek_flags INTERFACE
    -fsanitize=${ODRADEK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(odradek_flags INTERFACE -fsanitize=${ODRADEK_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND ODRADEK_SANITIZE MATCHES "undefined")
    target_compile_options(odradek_flags INTERFACE -fno-sanitize=function)
  endif()
else()
  target_compile_options(odradek_flags INTERFACE
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
target_compile_definitions(odradek_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(odradek_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
