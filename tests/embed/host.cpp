// A C++ host of the whole library: compiles a pack in memory, loads the image, answers a corpus from several threads,
// and compares with one thread. Usage: host PACK.edict CORPUS.ndjson
#include <edict.h>
#include <edict_compile.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Free {
    void operator()(edict_program *p) const { edict_program_free(p); }
    void operator()(edict_evaluator *e) const { edict_evaluator_free(e); }
    void operator()(edict_compilation *c) const { edict_compilation_free(c); }
};
using Program = std::unique_ptr<edict_program, Free>;
using Evaluator = std::unique_ptr<edict_evaluator, Free>;
using Compilation = std::unique_ptr<edict_compilation, Free>;

static void put_text(void *context, const char *bytes, size_t size)
{
    static_cast<std::string *>(context)->append(bytes, size);
}

static Program compile(const char *path)
{
    edict_error error{};
    edict_compilation *compiled = nullptr;
    if (edict_compile(path, nullptr, &compiled, &error) != EDICT_OK)
        throw std::runtime_error(error.message);
    Compilation compilation(compiled);
    if (edict_compilation_errors(compiled)) {
        std::string report;
        edict_compilation_report(compiled, 0, put_text, &report);
        throw std::runtime_error(report);
    }
    size_t size = 0;
    const void *image = edict_compilation_image(compiled, &size);
    edict_program *program = nullptr;
    if (edict_program_load(image, size, &program, &error) != EDICT_OK)
        throw std::runtime_error(error.message);
    return Program(program);    // it has copied the image: the compilation may go
}

static std::vector<std::string> answers(const edict_program *program, const std::vector<std::string> &corpus)
{
    edict_error error{};
    edict_evaluator *made = nullptr;
    if (edict_evaluator_new(program, nullptr, &made, &error) != EDICT_OK)
        throw std::runtime_error(error.message);
    Evaluator evaluator(made);
    std::vector<std::string> given;
    for (size_t i = 0; i < corpus.size(); i++) {
        edict_answer answer{};
        edict_evaluate(made, corpus[i].data(), corpus[i].size(), i + 1, &answer, &error);
        given.emplace_back(answer.json, answer.size);
    }
    return given;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: host PACK.edict CORPUS.ndjson\n";
        return 2;
    }
    try {
        Program program = compile(argv[1]);
        std::vector<std::string> corpus;
        std::ifstream file(argv[2]);
        for (std::string line; std::getline(file, line);)
            if (!line.empty())
                corpus.push_back(line);
        const std::vector<std::string> alone = answers(program.get(), corpus);
        std::vector<std::vector<std::string>> given(8);
        std::vector<std::thread> threads;
        for (auto &mine : given)
            threads.emplace_back([&] { mine = answers(program.get(), corpus); });
        for (auto &thread : threads)
            thread.join();
        size_t differences = 0;
        for (const auto &mine : given)
            differences += mine != alone;
        std::cout << edict_program_pack(program.get()) << ": " << corpus.size() << " encounters, " << given.size()
                  << " threads, " << differences << " differences\n";
        return differences != 0 || corpus.empty();
    } catch (const std::exception &failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
}
