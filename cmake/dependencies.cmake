# Debian 12 packages only; docs/decisions/ has a line for each.
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)

add_library(odradek_codecs INTERFACE)
foreach(codec zstd lz4 snappy deflate)
  if(ODRADEK_STATIC)
    find_library(ODRADEK_${codec} NAMES lib${codec}.a REQUIRED)
  else()
    find_library(ODRADEK_${codec} NAMES ${codec} REQUIRED)
  endif()
  target_link_libraries(odradek_codecs INTERFACE ${ODRADEK_${codec}})
endforeach()

if(ODRADEK_STATIC)
  find_library(ODRADEK_re2 NAMES libre2.a REQUIRED)
else()
  find_library(ODRADEK_re2 NAMES re2 REQUIRED)
endif()

if(ODRADEK_STATIC)
  find_library(ODRADEK_yaml NAMES libyaml-cpp.a REQUIRED)
else()
  find_library(ODRADEK_yaml NAMES yaml-cpp REQUIRED)
endif()

# Boost.JSON is compiled from its headers.
add_library(odradek_json STATIC ${PROJECT_SOURCE_DIR}/cmake/json.cc)
target_compile_features(odradek_json PUBLIC cxx_std_20)
target_link_libraries(odradek_json PUBLIC Boost::headers)

# Debian has fmt and spdlog as shared libraries only, and the broker is one static binary: fmt is
# used from its headers, spdlog is compiled once from its own.
add_library(odradek_text STATIC ${PROJECT_SOURCE_DIR}/cmake/spdlog.cc)
target_compile_features(odradek_text PUBLIC cxx_std_20)
target_compile_definitions(odradek_text PUBLIC
  FMT_HEADER_ONLY SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
