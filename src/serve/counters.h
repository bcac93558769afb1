// What the server counts of itself, for Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace wood::serve {

struct Counters {
  std::int64_t requests = 0, refused = 0, connections = 0, streams = 0, opened = 0;
  std::map<std::string, std::int64_t> dropped;  // streams, by reason
  std::int64_t bytes_streamed = 0;

  // In Prometheus' text format.
  [[nodiscard]] std::string text() const;
};

// One metric with its help and its kind ("gauge", "counter").
std::string metric(const char* name, const char* kind, const char* help, std::int64_t value);

// Now, as a Date header has it.
std::string http_date();

}  // namespace wood::serve
