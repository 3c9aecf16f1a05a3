// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace odradek::wire {

template <auto free_function>
struct Freer {
  template <class T>
  void operator()(T* resource) const {
    free_function(resource);
  }
};
// What a codec's library has allocated.
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Freer<free_function>>;

// Such libraries say with null that there is no memory.
template <class T>
T* allocated(T* resource) {
  if (!resource) throw std::bad_alloc();
  return resource;
}

// Java writes snappy in frames; each begins with this, its version and the lowest that can read it.
inline constexpr std::array<unsigned char, 8> xerial_magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
inline constexpr std::size_t xerial_header = 16;

}  // namespace odradek::wire
