package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;

/** The result of one guarded call into a plugin. */
public sealed interface Answer<T> {
    /** The plugin answered in time, and the answer has the form it promised. */
    record Given<T>(T value) implements Answer<T> {}

    /**
     * There is no usable answer: the plugin threw, timed out, answered nonsense, or was not called because too many calls
     * hang in it already. The effect of the call is unknown.
     *
     * @param why the reason that is shown for everything that depends on the answer; names the plugin
     * @param after when it is worth asking again
     */
    record NoAnswer<T>(Wait why, Duration after) implements Answer<T> {
        /** The plugin was not called because it is at work for others: the call had no effect, and this is no failure. */
        public boolean isBusy() {
            return why.reason() == Reason.PLUGIN_BUSY;
        }
    }
}
