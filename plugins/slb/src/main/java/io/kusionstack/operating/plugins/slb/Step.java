package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Progress;

/** What one group needs for one change. */
sealed interface Step {
    /** Nothing is written, this is how far it is. */
    record Rest(Progress progress) implements Step {}

    /** Weight 0, then it drains. */
    record Drain(Server server) implements Step {}

    record Remove(Server server) implements Step {}

    /** Removed, to be added again once it is seen gone. */
    record Replace(Server server) implements Step {}

    record Add(Server server) implements Step {}

    /** It is there, with another weight or description. */
    record Correct(Server server) implements Step {}
}
