// The bytes of /v1/chat/completions: what is sent and what comes back. Pure.
#pragma once

#include <string>

#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

// Tokens that a mind which thinks first may use beyond the answer's.
constexpr std::int64_t kReasoningTokens = 4'096;
// Tokens that an answer under a schema may use beyond its bound. In this process the grammar brings
// an answer to its end within the bound; a server cuts it off there, and what was asked is lost.
constexpr std::int64_t kEndingTokens = 128;

// The body of the request. Its schema lists members in the order of `required`, then the rest:
// servers generate in the order they read.
std::string request_body(const MindSpec& spec, const Ask& ask);

// The answer in a response of status 200; Errc::remote if there is none in it. Reasoning is apart
// from its text, wherever the server put it. Usage: response_id only.
Result<Answer> answer_in(const MindSpec& spec, const std::string& body);

// What a response of another status says: Errc::limit if the prompt was too long, Errc::model if
// the server could not bring the model's answer into form, else Errc::remote.
Error error_in(int status, const std::string& body);

}  // namespace wood
