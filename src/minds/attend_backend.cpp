#include "minds/attend_backend.h"

#if defined(WOOD_HAS_LLAMA) && __has_include(<ggml-backend-impl.h>)

#include <ggml-backend-impl.h>
#include <ggml-cpu.h>
#include <ggml.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "minds/attend.h"

namespace wood {
namespace {

thread_local AttendScope* scope_here = nullptr;

struct alignas(64) Line {
  float floats[16];
};

// Of one context.
struct Work {
  int threads = 1;
  std::vector<std::vector<Line>> lines;  // of each thread
  std::vector<float> slopes;
};

// From so many multiplications on, some 100 microseconds of one thread, others are worth starting.
constexpr std::int64_t kThreadsPay = 2'000'000;
// To turn and widen a block of cells costs about as much as so many rows of queries do.
constexpr std::int64_t kRowsOfBlock = 12;

AttendCall::Tensor place(const ggml_tensor* t, int row, int head, int sequence) {
  if (t == nullptr) return {};
  const auto stride = [&](int d) { return t->ne[d] > 1 ? t->nb[d] : 0; };
  return {static_cast<const char*>(t->data), stride(row), stride(head), stride(sequence)};
}

// Of ALiBi (Press et al. 2021, https://arxiv.org/abs/2108.12409), for any number of heads.
void slopes_of(float bias, int heads, std::vector<float>& slopes) {
  int power = 1;
  while (power * 2 <= heads) power *= 2;
  for (int h = 0; h < heads; ++h) {
    const float step = bias / static_cast<float>(h < power ? power : 2 * power);
    const int index = h < power ? h + 1 : 2 * (h - power) + 1;
    slopes.push_back(static_cast<float>(std::exp2(-double{step} * index)));
  }
}

// Of q [key_size, tokens, heads, sequences], k and v [size, cells, kv_heads, sequences],
// mask [cells, tokens or more, heads or 1, sequences or 1].
AttendCall call_of(const ggml_tensor* op, Work& work) {
  const ggml_tensor *q = op->src[0], *k = op->src[1], *v = op->src[2];
  AttendCall call;
  call.q = place(q, 1, 2, 3);
  call.k = place(k, 1, 2, 3);
  call.v = place(v, 1, 2, 3);
  call.mask = place(op->src[3], 1, 2, 3);
  if (op->src[4] != nullptr) call.sinks = static_cast<const float*>(op->src[4]->data);
  call.out = static_cast<float*>(op->data);
  call.tokens = static_cast<int>(q->ne[1]);
  call.cells = static_cast<int>(k->ne[1]);
  call.sequences = static_cast<int>(q->ne[3]);
  call.heads = static_cast<int>(q->ne[2]);
  call.kv_heads = static_cast<int>(k->ne[2]);
  call.key_size = static_cast<int>(k->ne[0]);
  call.value_size = static_cast<int>(v->ne[0]);
  float params[3];
  std::memcpy(params, op->op_params, sizeof params);
  call.scale = params[0], call.softcap = params[2];
  if (call.softcap != 0) call.scale /= call.softcap;
  work.slopes.clear();
  if (params[1] > 0) slopes_of(params[1], call.heads, work.slopes);
  if (params[1] > 0) call.slopes = work.slopes.data();
  return call;
}

// Cells that are not a cache's own were gathered, which is done in another order for one token than
// for several.
bool cached(const ggml_tensor* t) {
  return t->view_src != nullptr && t->view_src->buffer != nullptr;
}

bool supported(const ggml_tensor* op) {
  float scale = 0;
  std::memcpy(&scale, op->op_params, sizeof scale);
  const ggml_tensor *q = op->src[0], *k = op->src[1], *v = op->src[2], *mask = op->src[3];
  return scale > 0 && cached(k) && cached(v) && q->type == GGML_TYPE_F32 &&
         k->type == GGML_TYPE_F16 && v->type == GGML_TYPE_F16 && q->nb[0] == sizeof(float) &&
         k->nb[0] == 2 && v->nb[0] == 2 && k->ne[2] == v->ne[2] && q->ne[2] % k->ne[2] == 0 &&
         k->ne[3] == q->ne[3] && v->ne[3] == q->ne[3] &&
         (mask == nullptr ||
          (mask->type == GGML_TYPE_F16 && (mask->ne[2] == 1 || mask->ne[2] == q->ne[2]) &&
           (mask->ne[3] == 1 || mask->ne[3] == q->ne[3])));
}

void attend_all(const AttendCall& call, Work& work) {
  const int items = call.sequences * call.kv_heads;
  const std::int64_t rows = std::int64_t{call.tokens} * call.heads / call.kv_heads + kRowsOfBlock;
  const std::int64_t products = items * rows * call.cells * (call.key_size + call.value_size);
  const int threads = products < kThreadsPay ? 1 : std::min(work.threads, items);
  const std::size_t lines = (attend_floats(call) + 15) / 16;
  work.lines.resize(std::max<std::size_t>(work.lines.size(), threads));
  for (int t = 0; t < threads; ++t)
    if (work.lines[t].size() < lines) work.lines[t].resize(lines);
  std::atomic<int> next{0};
  const auto run = [&](int thread) {
    float* const mine = work.lines[thread][0].floats;
    for (int item = next++; item < items; item = next++) attend(call, item, mine);
  };
  std::vector<std::thread> others;
  others.reserve(threads);
  try {
    for (int t = 1; t < threads; ++t) others.emplace_back(run, t);
  } catch (const std::system_error&) {  // no thread to be had: those there are do it all
  }
  run(0);
  for (std::thread& other : others) other.join();
}

ggml_status compute(ggml_backend_t backend, ggml_cgraph* graph) {
  Work& work = *static_cast<Work*>(backend->context);
  for (int i = 0; i < ggml_graph_n_nodes(graph); ++i) {
    const ggml_tensor* op = ggml_graph_node(graph, i);
    const bool wanted = (op->flags & GGML_TENSOR_FLAG_COMPUTE) != 0;
    if (wanted && op->op == GGML_OP_FLASH_ATTN_EXT) attend_all(call_of(op, work), work);
  }
  return GGML_STATUS_SUCCESS;
}

const char* name_of_backend(ggml_backend_t) { return "wood"; }
void free_backend(ggml_backend_t backend) {
  delete static_cast<Work*>(backend->context);
  delete backend;
}

const char* name_of_device(ggml_backend_dev_t) { return "wood"; }
const char* description(ggml_backend_dev_t) { return "attention by attend()"; }
void memory(ggml_backend_dev_t, size_t* free, size_t* total) { *free = *total = 0; }
enum ggml_backend_dev_type kind(ggml_backend_dev_t) { return GGML_BACKEND_DEVICE_TYPE_ACCEL; }
ggml_backend_buffer_type_t buffer_type(ggml_backend_dev_t) {
  return ggml_backend_cpu_buffer_type();
}
void properties(ggml_backend_dev_t device, ggml_backend_dev_props* props) {
  *props = {};
  props->name = name_of_device(device);
  props->description = description(device);
  props->type = kind(device);
}
bool supports_buffer(ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
  return ggml_backend_buft_is_host(type);
}

ggml_backend_t open_backend(ggml_backend_dev_t device, const char*);

void set_threads(ggml_backend_t backend, int count) {
  static_cast<Work*>(backend->context)->threads = count;
}

}  // namespace

struct AttendAsked {
  static void note(bool took) {
    if (scope_here != nullptr) ++(took ? scope_here->taken_ : scope_here->refused_);
  }
};

namespace {

bool takes(ggml_backend_dev_t, const ggml_tensor* op) {
  if (op->op != GGML_OP_FLASH_ATTN_EXT) return false;
  AttendAsked::note(supported(op));
  return supported(op);
}

// Its two devices are one to llama.cpp, which asks the one that a context's backend names what it
// can compute.
struct Registry {
  ggml_backend_reg reg = {};
  ggml_backend_device on = {}, off = {};

  Registry() {
    ggml_backend_device_i device = {};
    device.get_name = name_of_device;
    device.get_description = description;
    device.get_memory = memory;
    device.get_type = kind;
    device.get_props = properties;
    device.init_backend = open_backend;
    device.get_buffer_type = buffer_type;
    device.supports_op = takes;
    device.supports_buft = supports_buffer;
    on = {device, &reg, nullptr};
    device.supports_op = [](ggml_backend_dev_t, const ggml_tensor*) { return false; };
    off = {device, &reg, nullptr};
    reg.api_version = GGML_BACKEND_API_VERSION;
    reg.iface.get_name = [](ggml_backend_reg_t) { return "wood"; };
    reg.iface.get_device_count = [](ggml_backend_reg_t) { return std::size_t{1}; };
    reg.iface.get_device = [](ggml_backend_reg_t r, std::size_t) {
      return &static_cast<Registry*>(r->context)->off;
    };
    reg.iface.get_proc_address = [](ggml_backend_reg_t, const char* name) {
      const bool threads = std::string_view(name) == "ggml_backend_set_n_threads";
      return threads ? reinterpret_cast<void*>(set_threads) : nullptr;
    };
    reg.context = this;
  }
};

Registry& registry() {
  static auto* const one = new Registry;  // contexts may outlive statics
  return *one;
}

ggml_backend_t open_backend(ggml_backend_dev_t, const char*) {
  static ggml_guid guid = {'w', 'o', 'o', 'd', '-', 'a', 't', 't', 'e', 'n', 'd', 0, 0, 0, 0, 1};
  auto* backend = new ggml_backend{};
  backend->guid = &guid;
  backend->iface.get_name = name_of_backend;
  backend->iface.free = free_backend;
  backend->iface.graph_compute = compute;
  const bool wanted = scope_here != nullptr && scope_here->wanted();
  backend->device = wanted ? &registry().on : &registry().off;
  backend->context = new Work;
  return backend;
}

}  // namespace

bool attend_available() { return true; }

void attend_register() {
  static const bool once = (ggml_backend_register(&registry().reg), true);
  (void)once;
}

AttendScope::AttendScope(bool wanted) : before_(scope_here), wanted_(wanted) { scope_here = this; }
AttendScope::~AttendScope() { scope_here = before_; }

}  // namespace wood

#else

namespace wood {
bool attend_available() { return false; }
void attend_register() {}
AttendScope::AttendScope(bool wanted) : before_(nullptr), wanted_(wanted) {}
AttendScope::~AttendScope() = default;
}  // namespace wood

#endif
