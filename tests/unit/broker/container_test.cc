// SPDX-License-Identifier: Apache-2.0
#include "broker/container.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace odradek::broker {
namespace {

class ContainerTest : public testing::Test {
 protected:
  ContainerTest() : root_(directory_.path() + "/") {
    std::filesystem::create_directories(root_ + "proc/net");
    std::ofstream(root_ + "proc/net/route")
        << "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
           "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
           "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
  }

  test::TemporaryDirectory directory_;
  std::string root_;
};

TEST_F(ContainerTest, OutsideOfOneThereIsNoGateway) {
  EXPECT_EQ(container_gateway(root_), std::nullopt);
}

TEST_F(ContainerTest, TheDefaultRouteLeadsToTheMachineAround) {
  std::ofstream(root_ + ".dockerenv") << "";
  EXPECT_EQ(container_gateway(root_), "172.17.0.1");
}

TEST_F(ContainerTest, WithoutARouteThereIsNone) {
  std::filesystem::create_directories(root_ + "run");
  std::ofstream(root_ + "run/.containerenv") << "";
  std::ofstream(root_ + "proc/net/route") << "Iface\tDestination\tGateway\n";
  EXPECT_EQ(container_gateway(root_), std::nullopt);
}

}  // namespace
}  // namespace odradek::broker
