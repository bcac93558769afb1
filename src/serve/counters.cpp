#include "serve/counters.h"

#include <ctime>

namespace wood::serve {

std::string metric(const char* name, const char* kind, const char* help, std::int64_t value) {
  return std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + kind + "\n" +
         name + " " + std::to_string(value) + "\n";
}

std::string Counters::text() const {
  std::string out =
      metric("wood_http_requests_total", "counter", "Requests that were read.", requests) +
      metric("wood_http_refused_total", "counter", "Responses of 400 and above.", refused) +
      metric("wood_http_connections", "gauge", "Connections, streams left out.", connections) +
      metric("wood_streams", "gauge", "Event streams.", streams) +
      metric("wood_streams_opened_total", "counter", "Event streams so far.", opened) +
      metric("wood_stream_bytes_total", "counter", "Written to event streams.", bytes_streamed) +
      "# HELP wood_streams_dropped_total Event streams that the server ended.\n"
      "# TYPE wood_streams_dropped_total counter\n";
  for (const char* reason : {"slow", "behind", "the server ends"}) {
    const auto it = dropped.find(reason);
    out += std::string("wood_streams_dropped_total{reason=\"") + reason + "\"} " +
           std::to_string(it == dropped.end() ? 0 : it->second) + "\n";
  }
  return out;
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace wood::serve
