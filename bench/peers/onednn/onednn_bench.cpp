// oneDNN's side of the measurements; bench/MemKD.Bench/Measuring/Worker.cs says how it is talked to.
// A stack of LSTM layers: forward and backward in training, or forward alone (`infer`). Weights are held in PyTorch-like
// plain layout and brought into oneDNN's own in every step, as a training loop must; no linear layer, loss or optimizer.
#include <dnnl.hpp>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

using namespace dnnl;
using tag = memory::format_tag;
using dims = memory::dims;

static const auto f32 = memory::data_type::f32;

struct Device {
    engine cpu{engine::kind::cpu, 0};
    stream queue{cpu};
};

static memory make(Device &d, const memory::desc &md, float spread = 0) {
    static std::mt19937 random(1);
    memory m(md, d.cpu);
    auto *p = static_cast<float *>(m.get_data_handle());
    std::normal_distribution<float> normal(0, 1);
    for (size_t i = 0; i < md.get_size() / sizeof(float); i++) p[i] = spread > 0 ? spread * normal(random) : 0;
    return m;
}

static void zero(memory &m) { std::memset(m.get_data_handle(), 0, m.get_desc().get_size()); }

// Layers of equal input size: oneDNN runs them as one primitive.
struct Layers {
    Device &d;
    bool training;
    memory::desc plain_wx, plain_wh;
    lstm_forward::primitive_desc fwd_pd;
    lstm_backward::primitive_desc bwd_pd;
    lstm_forward fwd;
    lstm_backward bwd;
    memory wx, wh, bias, fwd_wx, fwd_wh, bwd_wx, bwd_wh, y, workspace, scratch, bwd_scratch;
    memory dwx, dwh, dbias, dx, plain_dwx, plain_dwh;

    Layers(Device &device, bool train, memory::dim layers, memory::dim in, memory::dim h, memory::dim t, memory::dim b)
        : d(device), training(train) {
        const memory::desc none, x_md({t, b, in}, f32, tag::tnc), y_md({t, b, h}, f32, tag::tnc);
        const memory::desc any_wx({layers, 1, in, 4, h}, f32, tag::any), any_wh({layers, 1, h, 4, h}, f32, tag::any);
        const memory::desc bias_md({layers, 1, 4, h}, f32, tag::ldgo);
        plain_wx = memory::desc({layers, 1, in, 4, h}, f32, tag::ldigo);
        plain_wh = memory::desc({layers, 1, h, 4, h}, f32, tag::ldigo);
        const auto dir = rnn_direction::unidirectional_left2right;
        fwd_pd = {lstm_forward::desc(train ? prop_kind::forward_training : prop_kind::forward_inference, dir, x_md, none,
                      none, any_wx, any_wh, bias_md, y_md, none, none),
            d.cpu};
        fwd = lstm_forward(fwd_pd);
        const float spread = 0.5f / std::sqrt(float(h));
        wx = make(d, plain_wx, spread), wh = make(d, plain_wh, spread), bias = make(d, bias_md, spread);
        fwd_wx = make(d, fwd_pd.weights_layer_desc()), fwd_wh = make(d, fwd_pd.weights_iter_desc());
        y = make(d, y_md);
        if (!train) {
            reorder_forward();
            return;
        }
        workspace = memory(fwd_pd.workspace_desc(), d.cpu);
        bwd_pd = {lstm_backward::desc(prop_kind::backward, dir, x_md, none, none, any_wx, any_wh, bias_md, y_md, none, none,
                      x_md, none, none, any_wx, any_wh, bias_md, y_md, none, none),
            d.cpu, fwd_pd};
        bwd = lstm_backward(bwd_pd);
        bwd_wx = make(d, bwd_pd.weights_layer_desc()), bwd_wh = make(d, bwd_pd.weights_iter_desc());
        dwx = make(d, bwd_pd.diff_weights_layer_desc()), dwh = make(d, bwd_pd.diff_weights_iter_desc());
        plain_dwx = make(d, plain_wx), plain_dwh = make(d, plain_wh);
        dbias = make(d, bias_md), dx = make(d, x_md);
    }

    void copy(memory &from, memory &to) { reorder(from, to).execute(d.queue, from, to); }

    void reorder_forward() { copy(wx, fwd_wx), copy(wh, fwd_wh); }

    void forward(memory &x) {
        if (training) reorder_forward();
        std::unordered_map<int, memory> args{{DNNL_ARG_SRC_LAYER, x}, {DNNL_ARG_WEIGHTS_LAYER, fwd_wx},
            {DNNL_ARG_WEIGHTS_ITER, fwd_wh}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST_LAYER, y}};
        if (training) args.insert({DNNL_ARG_WORKSPACE, workspace});
        fwd.execute(d.queue, args);
    }

    // Gradients are added to what the memories hold, so they are cleared first.
    void backward(memory &x, memory &dy) {
        copy(wx, bwd_wx), copy(wh, bwd_wh);
        zero(dwx), zero(dwh), zero(dbias);
        bwd.execute(d.queue,
            {{DNNL_ARG_SRC_LAYER, x}, {DNNL_ARG_WEIGHTS_LAYER, bwd_wx}, {DNNL_ARG_WEIGHTS_ITER, bwd_wh},
                {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST_LAYER, y}, {DNNL_ARG_WORKSPACE, workspace},
                {DNNL_ARG_DIFF_DST_LAYER, dy}, {DNNL_ARG_DIFF_SRC_LAYER, dx}, {DNNL_ARG_DIFF_WEIGHTS_LAYER, dwx},
                {DNNL_ARG_DIFF_WEIGHTS_ITER, dwh}, {DNNL_ARG_DIFF_BIAS, dbias}});
        if (dwx.get_desc() != plain_wx) copy(dwx, plain_dwx);
        if (dwh.get_desc() != plain_wh) copy(dwh, plain_dwh);
    }
};

// The first layer reads the series, the others what it says; the gradient comes in at the last time point.
struct Case {
    Device &d;
    std::unique_ptr<Layers> first, others;
    memory x, dy;

    Case(Device &device, bool train, int in, int h, int layers, int t, int b) : d(device) {
        first = std::make_unique<Layers>(d, train, 1, in, h, t, b);
        if (layers > 1) others = std::make_unique<Layers>(d, train, layers - 1, h, h, t, b);
        x = make(d, {{t, b, in}, f32, tag::tnc}, 1);
        dy = make(d, {{t, b, h}, f32, tag::tnc});
        auto *last = static_cast<float *>(dy.get_data_handle()) + size_t(t - 1) * b * h;
        for (int i = 0; i < b * h; i++) last[i] = 0.01f;
    }

    void run(int repetitions) {
        for (int i = 0; i < repetitions; i++) {
            first->forward(x);
            if (others) others->forward(first->y);
            if (first->training) {
                if (others) others->backward(first->y, dy);
                first->backward(x, others ? others->dx : dy);
            }
            d.queue.wait();
        }
    }
};

static double cpu_seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main() {
    set_default_fpmath_mode(fpmath_mode::strict);
    Device device;
    std::unique_ptr<Case> work;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == "prepare") {
            std::string kind, cell;
            int in, h, layers, t, b;
            words >> kind >> cell >> in >> h >> layers >> t >> b;
            work.reset();
            if (cell == "lstm") {
                work = std::make_unique<Case>(device, kind == "train", in, h, layers, t, b);
                std::puts("ready");
            } else {
                std::puts("cannot this program knows lstm alone");
            }
        } else if (word == "run") {
            int n;
            words >> n;
            const double cpu = cpu_seconds();
            const auto wall = std::chrono::steady_clock::now();
            work->run(n);
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - wall;
            std::printf("%.9f %.9f\n", cpu_seconds() - cpu, passed.count());
        } else if (word == "memory") {
            rusage usage;
            getrusage(RUSAGE_SELF, &usage);
            std::printf("%ld\n", usage.ru_maxrss * 1024);
        } else {
            const auto *v = version();
            const char *threads = std::getenv("OMP_NUM_THREADS");
            std::printf("%d.%d.%d, %s thread(s)\n", v->major, v->minor, v->patch, threads ? threads : "all");
        }
        std::fflush(stdout);
    }
}
