// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.h"

#include <bit>
#include <cstring>

namespace odradek {
namespace {

// The state; the initial constants spell "somepseudorandomlygeneratedbytes".
class SipState {
 public:
  explicit SipState(Hash128 key)
      : v0_(0x736f6d6570736575U ^ key.low),
        v1_(0x646f72616e646f6dU ^ key.high ^ wide),
        v2_(0x6c7967656e657261U ^ key.low),
        v3_(0x7465646279746573U ^ key.high) {}

  void take(std::uint64_t word) {
    v3_ ^= word;
    turn(2);
    v0_ ^= word;
  }

  Hash128 finish() {
    v2_ ^= wide;
    turn(4);
    const std::uint64_t low = fold();
    v1_ ^= 0xdd;
    turn(4);
    return {low, fold()};
  }

 private:
  static constexpr std::uint64_t wide = 0xee;

  std::uint64_t fold() const { return v0_ ^ v1_ ^ v2_ ^ v3_; }
  void turn(int times) {
    for (; times > 0; --times) {
      v0_ += v1_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v3_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ += v3_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ += v1_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace

Hash128 siphash128(Hash128 key, Bytes input) {
  static_assert(std::endian::native == std::endian::little);
  SipState state(key);
  std::uint64_t last = std::uint64_t{input.size()} << 56;
  for (; input.size() >= sizeof(last); input = input.subspan(sizeof(last))) {
    std::uint64_t word = 0;
    std::memcpy(&word, input.data(), sizeof(word));
    state.take(word);
  }
  std::uint64_t rest = 0;
  if (!input.empty()) std::memcpy(&rest, input.data(), input.size());
  state.take(last | rest);
  return state.finish();
}

}  // namespace odradek
