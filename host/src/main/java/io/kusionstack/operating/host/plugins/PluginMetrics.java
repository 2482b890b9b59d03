package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;

/** What this room counts; {@code plugin} is the id of its jar. Any thread. */
public interface PluginMetrics {
    /**
     * A call ended for the one who asked.
     *
     * @param call what was asked: judge, observe, apply ...
     * @param result {@code given}, {@code failed} (threw, or answered nonsense), {@code overran}, {@code busy} (at work
     *     for others, so not asked), or {@code not-asked} (too
     *     many calls hang in it, or it has not answered in time for a while)
     * @param took how long the one who asked waited
     */
    void called(String plugin, String call, String result, Duration took);

    /** A call that overran returned at last. */
    void returnedLate(String plugin, String call);

    /** Verdicts or results about what nobody asked for were left out of an answer. */
    void dropped(String plugin, String call, int items);

    /** How many jars of the folder take part. */
    void plugins(int loaded, int refused);

    /** Meters that show {@code plugin} in their names. */
    Meters meters(String plugin);

    /** Removes all that the plugin's own meters show. */
    void forget(String plugin);
}
