package io.kusionstack.operating.host.kernel;

import java.time.Duration;

/** What is left to do after one look at an object. */
public sealed interface Outcome {
    /** Nothing, until an event names the object again. */
    record Done() implements Outcome {}

    /**
     * Look again even if no event comes.
     *
     * @param after how long from now; zero means at once
     * @param why one constant word for logs and metrics
     */
    record RequeueAfter(Duration after, String why) implements Outcome {
        public RequeueAfter {
            if (after.isNegative()) {
                throw new IllegalArgumentException("after must not be negative: " + after);
            }
        }
    }

    /** The one of the two that looks earlier; this one if they look at the same time. */
    default Outcome sooner(Outcome other) {
        if (!(other instanceof RequeueAfter next)) {
            return this;
        }
        return this instanceof RequeueAfter mine && mine.after.compareTo(next.after) <= 0 ? this : other;
    }

    static Outcome done() {
        return new Done();
    }

    static Outcome requeueAfter(Duration after, String why) {
        return new RequeueAfter(after, why);
    }
}
