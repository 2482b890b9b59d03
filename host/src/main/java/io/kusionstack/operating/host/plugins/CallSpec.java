package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * One call to be made.
 *
 * @param limit how long its caller waits
 * @param body runs in the plugin; checks and copies what it returns, so that nothing of the plugin runs outside
 * @param late takes a value that is returned after the caller stopped waiting
 * @param ended called once: when the plugin has really returned, or was not called at all
 */
record CallSpec<T>(Topic topic, Duration limit, Callable<T> body, Consumer<T> late, Runnable ended) {
    static <T> CallSpec<T> of(Topic topic, Duration limit, Callable<T> body) {
        return new CallSpec<>(topic, limit, body, value -> {}, () -> {});
    }

    /** About the plugin itself. */
    static <T> CallSpec<T> of(String name, String call, Duration limit, Callable<T> body) {
        return of(new Topic(name, call, name), limit, body);
    }

    CallSpec<T> lateTo(Consumer<T> taker) {
        return new CallSpec<>(topic, limit, body, taker, ended);
    }

    CallSpec<T> endingWith(Runnable end) {
        return new CallSpec<>(topic, limit, body, late, end);
    }

    /** With its own limit, or this one if that is shorter. */
    CallSpec<T> within(Duration longest) {
        return limit.compareTo(longest) <= 0 ? this : new CallSpec<>(topic, longest, body, late, ended);
    }
}
