package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import java.time.Duration;
import java.util.Optional;

/** Decides which calls may enter a plugin now. Any thread. */
interface CallGate {
    /** May wait for a slot, for as long as the call may take at most. */
    CallEntry enter(CallSpec<?> spec);

    /** A call was admitted and then not made. */
    default void withdraw(Topic topic) {}

    /**
     * A call that was made has ended for its caller.
     *
     * @param trouble why it cost the host something: it timed out, or ended with an Error
     */
    default void ended(Topic topic, Optional<String> trouble, Duration took) {}

    /** Admits as many calls at once as there are slots; a call waits for a slot as long as it may take. */
    static CallGate of(CallSlots slots) {
        return spec -> slots.take(spec.limit())
                ? new CallEntry.CallAdmitted(slots::give)
                : new CallEntry.CallRefused(
                        Reason.PLUGIN_FAILED,
                        "holds " + slots.size() + " calls of " + spec.topic().call()
                                + " that have not returned; it is asked again when one has");
    }

    /** Admits every call. */
    static CallGate open() {
        return spec -> new CallEntry.CallAdmitted(() -> {});
    }

    /** The decision about one call. */
    sealed interface CallEntry {
        /** @param leave to be called exactly once, when the plugin has returned */
        record CallAdmitted(Runnable leave) implements CallEntry {}

        record CallRefused(Reason reason, String why) implements CallEntry {}
    }
}
