// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace odradek {

// Why the world failed us. What a client got wrong is not here: that is a wire::ErrorCode.
enum class Fault {
  io,           // a read, write, sync or rename failed; the text names errno
  no_space,     // the disk or a quota is full
  no_files,     // as many files are open as may be
  corrupt,      // bytes on disk that we did not write, or not like this
  not_found,    // a file or an entry is missing
  in_use,       // a port, a lock or a name is somebody else's
  too_large,    // a named limit was met
  conflict,     // the catalogue moved on since the caller looked
  invalid,      // a setting or a file that cannot mean anything
  unreachable,  // nobody answers there, or not in time
  refused,      // a broker answered with an error
};

// A fault and where it happened: "append orders-3/00000000000000000042.log: no space left".
struct Error {
  Fault fault = Fault::io;
  std::string context;

  // Whether it may succeed later, with nothing changed but what others use.
  bool is_shortage() const { return fault == Fault::no_space || fault == Fault::no_files; }

  // The same error as seen one level up: "<where>: <context>".
  Error within(std::string where) && {
    context = std::move(where) + ": " + context;
    return std::move(*this);
  }
};

template <class T = void>
using Result = boost::system::result<T, Error>;

// value() of a failed Result lands here; code that cannot handle an error, like tests, uses it.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.context);
}

}  // namespace odradek

// TRY(expression) returns the error of a Result to the caller; TRY(declaration, expression) also
// names its value. A statement, never an expression: GCC 12 crashes on those inside coroutines.
#define ODRADEK_CONCAT_(a, b) a##b
#define ODRADEK_CONCAT(a, b) ODRADEK_CONCAT_(a, b)
#define ODRADEK_TRY_VOID(result, expression) \
  auto result = (expression);                \
  if (!result) [[unlikely]]                  \
  return std::move(result).error()
#define ODRADEK_TRY_VALUE(result, declaration, expression) \
  ODRADEK_TRY_VOID(result, expression);                    \
  declaration = std::move(*result)
#define ODRADEK_TRY_PICK(one, two, chosen, ...) chosen
#define ODRADEK_TRY_1(expression) \
  ODRADEK_TRY_VOID(ODRADEK_CONCAT(try_result_, __LINE__), expression)
#define ODRADEK_TRY_2(declaration, expression) \
  ODRADEK_TRY_VALUE(ODRADEK_CONCAT(try_result_, __LINE__), declaration, expression)
#define TRY(...) ODRADEK_TRY_PICK(__VA_ARGS__, ODRADEK_TRY_2, ODRADEK_TRY_1, )(__VA_ARGS__)
