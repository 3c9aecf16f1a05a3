// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/messages.h"

#include <cstdint>
#include <tuple>

namespace odradek::test {

// Calls `visit.operator()<Request>()` for the request with that key; false where there is none.
template <class Visit>
bool for_message(std::int16_t key, Visit visit) {
  return [&]<class... Request>(std::tuple<Request...>*) {
    return ((static_cast<std::int16_t>(Request::api.key) == key
                 ? (visit.template operator()<Request>(), true)
                 : false) ||
            ...);
  }(static_cast<wire::AllRequests*>(nullptr));
}

template <class Visit>
void for_each_message(Visit visit) {
  [&]<class... Request>(std::tuple<Request...>*) {
    (visit.template operator()<Request>(), ...);
  }(static_cast<wire::AllRequests*>(nullptr));
}

}  // namespace odradek::test
