package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded plugin: its parts, and the order in which they end. Calls may come from any thread; {@link #unload}
 * from one, once.
 */
final class LivePlugin {
    private static final Logger LOG = LoggerFactory.getLogger(LivePlugin.class);

    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofDays(1);

    private final JarCheck.CheckedJar jar;
    private final SingleJarRuntime pf4j;
    private final ClassLoader loader;
    private final PluginCall call;
    private final GuardedMeters meters;
    private final ExecutorService work;
    private final Set<Closing> workers = ConcurrentHashMap.newKeySet();
    private final LockKeys rules = new LockKeys(new LockKeys.Bounds(0, 0, Duration.ZERO));
    /** One thread: however many workers hang while they are closed, they hold no more. */
    private final ThreadPoolExecutor closing;

    /** A worker of the plugin that has to be closed before the plugin ends. */
    interface Closing {
        String name();

        /** Ends the worker inside of the plugin; runs under guard. */
        void end() throws Exception;
    }

    LivePlugin(
            JarCheck.CheckedJar jar,
            SingleJarRuntime pf4j,
            PluginCall call,
            GuardedMeters meters,
            ExecutorService work) {
        this.meters = meters;
        this.jar = jar;
        this.pf4j = pf4j;
        this.loader = pf4j.getPluginClassLoader(jar.id());
        this.call = call;
        this.work = work;
        closing = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform()
                        .name("plugin-" + jar.id() + "-close-", 0)
                        .daemon()
                        .factory());
        closing.allowCoreThreadTimeOut(true);
    }

    PluginCall call() {
        return call;
    }

    SingleJarRuntime pf4j() {
        return pf4j;
    }

    /** Calls of one rule never overlap: without a line, the second call is refused at once. */
    LockKeys rules() {
        return rules;
    }

    GuardedMeters meters() {
        return meters;
    }

    ExecutorService work() {
        return work;
    }

    JarCheck.CheckedJar jar() {
        return jar;
    }

    ClassLoader loader() {
        return loader;
    }

    void opened(Closing worker) {
        workers.add(worker);
    }

    /** Returns at once. */
    void closeLater(Closing worker) {
        if (workers.contains(worker)) {
            try {
                closing.execute(() -> close(worker, PATIENCE));
            } catch (RejectedExecutionException e) {
                LOG.atDebug().addKeyValue("plugin", jar.id()).log("Already being unloaded, which closes every worker");
            }
        }
    }

    private void close(Closing worker, Duration limit) {
        if (workers.remove(worker)) {
            call.askUngated(CallSpec.of(worker.name(), "close", limit, () -> {
                worker.end();
                return worker.name();
            }));
        }
    }

    PluginState state(List<PluginExtension> offers) {
        return new PluginState(
                jar.file(),
                jar.id(),
                jar.version(),
                offers.stream().map(PluginExtension::offered).toList(),
                PluginState.PluginHealth.LOADED,
                "",
                call.inFlight().calls(),
                call.inFlight().overdue(),
                call.isCircuitOpen(),
                threads().size());
    }

    private List<Thread> threads() {
        return platformThreads().stream()
                .filter(thread -> thread.getContextClassLoader() == loader)
                .filter(thread -> !thread.getName().startsWith("plugin-" + jar.id() + "-"))
                .toList();
    }

    /** Thread.getAllStackTraces would stop all threads to read their stacks. */
    private static List<Thread> platformThreads() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] found = new Thread[all.activeCount() * 2 + 16];
        return List.of(Arrays.copyOf(found, all.enumerate(found)));
    }

    /** Ends a plugin that did not start, without waiting. Its classes stay in memory while a thread runs in them. */
    void abandon() {
        call.inFlight().stop();
        closing.shutdownNow();
        work.shutdownNow();
        call.end();
    }

    /**
     * Stops routing, waits for calls in flight, closes the workers, stops the plugin, forgets its classes. After the limit each
     * step that is left gets a moment, and two seconds later none is tried any more.
     *
     * @return a reference that is cleared when the classes are really forgotten
     */
    WeakReference<ClassLoader> unload(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        call.inFlight().stop();
        boolean isIdle = call.inFlight().awaitIdle(limit);
        closing.shutdownNow();
        for (Closing worker : workers) {
            if (System.nanoTime() - end < PATIENCE_AT_END.toNanos()) {
                close(worker, until(end));
            }
        }
        work.shutdownNow();
        Answer<?> stopped = call.askUngated(CallSpec.of(jar.id(), "stop", until(end), () -> pf4j.stopPlugin(jar.id())));
        if (stopped instanceof Answer.Given) {
            // of one that did not stop PF4J would ask it again, on this thread
            pf4j.unloadPlugin(jar.id());
        }
        call.end();
        List<String> left = threads().stream().map(Thread::getName).sorted().toList();
        if (!isIdle || !left.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("plugin", jar.id())
                    .addKeyValue("callsInFlight", call.inFlight().calls())
                    .addKeyValue("threads", left)
                    .log("A plugin left something behind when it was unloaded: its classes stay in memory");
        }
        return new WeakReference<>(loader);
    }

    private static Duration until(long end) {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        return Durations.longer(left, MOMENT);
    }
}
