/* A counted number of tasks on all cores, taken in order. Each is long enough to be fetched alone. */
#include "pool.h"

#include <pthread.h>
#include <stdlib.h>

struct tasks {
    void (*work)(void *context, size_t number);
    void *context;
    size_t count, next;
    unsigned char *done;
    pthread_mutex_t lock;
    pthread_cond_t progress;
};

/* One task. 0: none is left. */
static int task_work(struct tasks *tasks)
{
    pthread_mutex_lock(&tasks->lock);
    size_t number = tasks->next < tasks->count ? tasks->next++ : tasks->count;
    pthread_mutex_unlock(&tasks->lock);
    if (number == tasks->count)
        return 0;
    tasks->work(tasks->context, number);
    pthread_mutex_lock(&tasks->lock);
    tasks->done[number] = 1;
    pthread_cond_signal(&tasks->progress);
    pthread_mutex_unlock(&tasks->lock);
    return 1;
}

static void *thread_main(void *context)
{
    while (task_work(context))
        ;
    return NULL;
}

void tasks_run(size_t count, unsigned threads, void (*work)(void *context, size_t number),
               void (*take)(void *context, size_t number), void *context)
{
    struct tasks tasks = {.work = work, .context = context, .count = count, .done = calloc(count + 1, 1)};
    pthread_t started[POOL_THREADS_MAX];
    unsigned running = 0;
    pthread_mutex_init(&tasks.lock, NULL);
    pthread_cond_init(&tasks.progress, NULL);
    while (tasks.done && threads > 1 && running < threads && running < count &&
           pthread_create(&started[running], NULL, thread_main, &tasks) == 0)
        running++;
    for (size_t number = 0; number < count; number++) {
        if (!running) {
            work(context, number);
        } else {
            pthread_mutex_lock(&tasks.lock);
            while (!tasks.done[number])
                pthread_cond_wait(&tasks.progress, &tasks.lock);
            pthread_mutex_unlock(&tasks.lock);
        }
        take(context, number);
    }
    for (unsigned t = 0; t < running; t++)
        pthread_join(started[t], NULL);
    pthread_cond_destroy(&tasks.progress);
    pthread_mutex_destroy(&tasks.lock);
    free(tasks.done);
}
