// SPDX-License-Identifier: Apache-2.0
// Boost.JSON, compiled once from its headers: Debian has its library for the default Boost only.
#include <boost/json/src.hpp>
