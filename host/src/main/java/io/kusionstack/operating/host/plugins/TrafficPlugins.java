package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import java.time.Instant;
import java.util.List;

/** The traffic controls that plugins provide: one worker per plugin, for as long as the plugin is loaded. Any thread. */
public interface TrafficPlugins {
    /** @param plugin the name users write, for example {@code slb} */
    TrafficLookup find(String plugin);

    /** The result of {@link #find}. */
    sealed interface TrafficLookup {
        record TrafficReady(TrafficWorker worker) implements TrafficLookup {}

        /** No plugin of that name is loaded. The reason names it, why, and the names that are known. */
        record TrafficUnavailable(Wait why) implements TrafficLookup {}
    }

    /**
     * The traffic control of one plugin, under guard. Calls with equal lock keys of one plugin never overlap: others wait
     * in line, first come, first served, as long as the line moves. Behind a call that hangs the answer is at once that the plugin
     * is busy, which is no failure. A deadline says how long the call may take; its time begins when it has the lock key.
     */
    interface TrafficWorker {
        /** Quick, without I/O. No answer where the employer's annotations say too little; the reason names the annotation. */
        Answer<String> lockKey(Employer employer);

        /** The groups that the employer names now. No answer where it must not use them; the reason says what it may use. */
        Answer<List<String>> groups(Employer employer);

        /** @param notBefore what was read then or later need not be read again */
        Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline);

        /**
         * Results of exactly the given changes: a change that the plugin left out is pending, a result for another backend is
         * dropped and counted.
         */
        Answer<List<BackendResult>> apply(Employer employer, List<BackendChange> changes, Instant deadline);
    }
}
