// Fetches a model's file from a hub into the cache (hub_cache.h): what the hub's headers say is
// believed of the file and of nothing else. A file gets its name when it is whole and has the
// digest that the hub and the registry give; before that it is an .incomplete, which the next pull
// takes up. Transport: host/download.h.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "host/download.h"
#include "host/file.h"
#include "minds/hub_cache.h"

namespace wood {

struct Hub {
  std::string endpoint = "https://huggingface.co";
  std::string token = {};  // goes to the endpoint alone, and over plain http to this machine alone
  std::string cache = {};  // the folder
};

struct PullOptions {
  Patience patience = {};
  Onlooker onlooker = {};
  // Before the first byte is asked for: what the file comes to, and what is there of it.
  std::function<void(std::optional<std::int64_t> bytes, std::int64_t have)> on_begin = {};
  std::function<Result<std::int64_t>(const std::string& folder)> room = free_bytes;
};

enum class PullEnd { fetched, there, stopped };

struct Pulled {
  PullEnd end = PullEnd::fetched;
  std::string path = {};
  std::string commit = {};
  std::string sha256 = {};
  std::int64_t bytes = 0;
  std::int64_t taken_up = 0;  // of them, from an earlier pull
  // What it was compared with, beside its length.
  bool by_hub = false;       // the hub's SHA-256: it has one of large files
  bool by_registry = false;  // the entry's
};

// `sha256`: as the registry's entry has it, "" if it has none. Two pulls of one file wait for each
// other. Stopped by the onlooker: PullEnd::stopped, and what came stays.
Result<Pulled> pull(const Hub& hub, const HubFile& file, const std::string& sha256,
                    const PullOptions& options = {});

}  // namespace wood
