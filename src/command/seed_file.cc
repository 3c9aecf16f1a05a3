// SPDX-License-Identifier: Apache-2.0
#include "command/record_text.h"
#include "command/seed.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

// docs/seed.md. What stands in a file and is not known is an error: it was meant to do something.
namespace odradek::command {
namespace {

namespace json = boost::json;

// Thrown while a file is read, and nowhere else.
struct Wrong {
  YAML::Mark where;
  std::string what;
};

[[noreturn]] void fail(const YAML::Node& node, std::string what) {
  throw Wrong{node.Mark(), std::move(what)};
}

template <std::size_t count>
void check_keys(const YAML::Node& map, const std::string& of,
                const std::array<const char*, count>& known) {
  if (!map.IsMap()) fail(map, of + " has to be a map");
  for (const auto& entry : map) {
    const auto key = entry.first.as<std::string>();
    const bool is_known =
        std::any_of(known.begin(), known.end(), [&](const char* each) { return key == each; });
    if (is_known) continue;
    std::string names;
    for (const char* each : known) names += (names.empty() ? "" : ", ") + std::string(each);
    fail(entry.first, of + " has no \"" + key + "\": there are " + names);
  }
}

std::string text_of(const YAML::Node& node, const std::string& what) {
  if (!node || !node.IsScalar()) fail(node, what + " has to be a text");
  return node.as<std::string>();
}

template <class Number>
Number number_of(const YAML::Node& node, const std::string& what) {
  try {
    return node.as<Number>();
  } catch (const YAML::Exception&) {
    fail(node, what + " has to be a number");
  }
}

// Numbers and booleans that are not quoted are those of JSON.
json::value scalar(const YAML::Node& node) {
  if (node.Tag() == "!") return json::value(node.Scalar());  // quoted
  std::int64_t whole = 0;
  double real = 0;
  bool truth = false;
  if (YAML::convert<std::int64_t>::decode(node, whole)) return json::value(whole);
  if (YAML::convert<double>::decode(node, real)) return json::value(real);
  if (YAML::convert<bool>::decode(node, truth)) return json::value(truth);
  return json::value(node.Scalar());
}

json::value to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json::array array;
    for (const auto& each : node) array.push_back(to_json(each));
    return array;
  }
  if (node.IsMap()) {
    json::object object;
    for (const auto& entry : node) object[entry.first.as<std::string>()] = to_json(entry.second);
    return object;
  }
  return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

// A key or value is a text, whatever it looks like; only what is a map or list is JSON.
json::value field(const YAML::Node& node) {
  return node.IsScalar() ? json::value(node.Scalar()) : to_json(node);
}

client::ProducerRecord read_record(const YAML::Node& node) {
  check_keys(node, "a record",
             std::array{"key", "value", "headers", "partition", "timestamp", "key_base64",
                        "value_base64"});
  json::object object;
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>();
    const bool is_number = name == "partition" || name == "timestamp";
    if (name != "headers") {
      object[name] = is_number ? json::value(number_of<std::int64_t>(entry.second, name))
                               : field(entry.second);
      continue;
    }
    if (!entry.second.IsMap()) fail(entry.second, "headers have to be a map");
    json::array headers;
    for (const auto& header : entry.second) {
      headers.push_back(
          {{"name", header.first.as<std::string>()}, {"value", field(header.second)}});
    }
    object[name] = std::move(headers);
  }
  auto record = from_json(json::serialize(object));
  if (!record) fail(node, record.error().context);
  return std::move(*record);
}

SeedPlan::Topic read_topic(const YAML::Node& node) {
  if (node.IsScalar()) return {.name = node.as<std::string>()};
  check_keys(node, "a topic", std::array{"name", "partitions", "replicas", "config", "records"});
  SeedPlan::Topic topic{.name = text_of(node["name"], "the name of a topic")};
  if (node["partitions"])
    topic.partitions = number_of<std::int32_t>(node["partitions"], "partitions");
  if (node["replicas"]) topic.replicas = number_of<std::int16_t>(node["replicas"], "replicas");
  for (const auto& config : node["config"]) {
    topic.configs[config.first.as<std::string>()] = text_of(config.second, "a configuration");
  }
  for (const auto& record : node["records"]) topic.records.push_back(read_record(record));
  return topic;
}

SeedPlan::Group read_group(const YAML::Node& node) {
  check_keys(node, "a group", std::array{"name", "offsets"});
  SeedPlan::Group group{.name = text_of(node["name"], "the name of a group"), .topics = {}};
  if (!node["offsets"].IsMap()) fail(node, "offsets have to be a map of topics");
  for (const auto& topic : node["offsets"]) {
    group.topics.emplace_back(topic.first.as<std::string>(),
                              text_of(topic.second, "a place: start, end or an offset"));
  }
  return group;
}

}  // namespace

Result<> add_seed_file(const std::string& path, SeedPlan& plan) {
  const auto wrong = [&](const YAML::Mark& where, const std::string& what) {
    return Error{Fault::invalid, path + ":" + std::to_string(where.line + 1) + ": " + what};
  };
  try {
    const YAML::Node file = YAML::LoadFile(path);
    check_keys(file, "a seed file", std::array{"topics", "groups"});
    for (const auto& topic : file["topics"]) plan.topics.push_back(read_topic(topic));
    for (const auto& group : file["groups"]) plan.groups.push_back(read_group(group));
  } catch (const YAML::BadFile&) {
    return Error{Fault::invalid, path + " cannot be read"};
  } catch (const YAML::Exception& failed) {
    return wrong(failed.mark, failed.msg);
  } catch (const Wrong& found) {
    return wrong(found.where, found.what);
  }
  return {};
}

}  // namespace odradek::command
