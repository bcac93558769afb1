// Requests over TLS share one connection where the server speaks HTTP/2. The server is Node.js's
// (http2_server.mjs), with a certificate made for the test; skipped where either tool is missing.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "core/json.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/http.h"
#include "host/process.h"

namespace wood {
namespace {

std::string program(const std::string& name) {
  for (const char* dir : {"/usr/local/bin/", "/usr/bin/", "/bin/"})
    if (std::filesystem::exists(dir + name)) return dir + name;
  return "";
}

TEST(Http2, requests_over_tls_share_a_connection) {
  const std::string node = program("node"), openssl = program("openssl");
  if (node.empty() || openssl.empty()) GTEST_SKIP() << "needs node and openssl";
  std::string dir = "/tmp/wood-http2-XXXXXX";
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  Children children;
  const std::string key = dir + "/key.pem", cert = dir + "/cert.pem", port = dir + "/port";
  ASSERT_TRUE(children.start(
      {openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert},
      dir + "/openssl.txt"));
  const auto made = children.wait();
  ASSERT_TRUE(made && made->second.exit == 0) << read_file(dir + "/openssl.txt").value_or("");
  ASSERT_TRUE(children.start({node, WOOD_SOURCE_DIR "/src/host/http2_server.mjs", key, cert, port},
                             dir + "/node.txt"));
  for (int i = 0; i < 2'000 && !std::filesystem::exists(port); ++i) sleep_us(10'000);
  const std::string where = "https://localhost:" + read_file(port).value_or("0");
  ASSERT_NE(where, "https://localhost:0") << read_file(dir + "/node.txt").value_or("");

  std::vector<HttpRequest> requests;
  for (int i = 0; i < 12; ++i) requests.push_back({.url = where + "/" + std::to_string(i)});
  {
    Http stranger;  // a certificate that nobody vouches for is no connection
    const auto refused = stranger.send({requests.data(), 1});
    ASSERT_FALSE(refused[0]);
    EXPECT_EQ(refused[0].error().code, Errc::network) << refused[0].error().what;
  }
  ASSERT_EQ(setenv("SSL_CERT_FILE", cert.c_str(), 1), 0);
  std::int64_t together = 0;
  {
    Http http;
    const auto responses = http.send(requests);
    for (std::size_t i = 0; i < responses.size(); ++i) {
      ASSERT_TRUE(responses[i]) << responses[i].error().what;
      EXPECT_EQ(responses[i]->status, 200);
      EXPECT_EQ(responses[i]->protocol, "HTTP/2");
      const Json body = parse_json(responses[i]->body).value_or(Json::object());
      EXPECT_EQ(body.str_or("path", ""), "/" + std::to_string(i));
      const Json first = parse_json(responses[0]->body).value_or(Json::object());
      EXPECT_EQ(body.int_or("connection", -1), first.int_or("connection", -2));
      together = std::max(together, body.int_or("together", 0));
    }
  }
  unsetenv("SSL_CERT_FILE");
  EXPECT_GT(together, 6);  // not one after the other
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace wood
