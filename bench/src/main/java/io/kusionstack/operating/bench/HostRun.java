package io.kusionstack.operating.bench;

import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.time.Duration;

/**
 * An update that the host made.
 *
 * @param cpu processor time of the host meanwhile, the aftermath included
 * @param requests the host's requests meanwhile
 */
record HostRun(Run run, Duration cpu, AuditSummary requests) {
    int pods() {
        return run.pods();
    }

    double cpuMillisPerPod() {
        return cpu.toMillis() / (double) pods();
    }

    Tally podWrites() {
        return requests.only(What::isPodWrite).total();
    }

    Tally writes() {
        return requests.only(What::isWrite).total();
    }

    Tally events() {
        return requests.only(What::isEvent).total();
    }

    /** Writes of anything that were refused because the object had changed. */
    double conflictsPerPod() {
        return writes().conflicts() / (double) pods();
    }

    /** How many of a hundred writes of Pods were refused because the Pod had changed. */
    double conflictPercent() {
        Tally tally = podWrites();
        return tally.requests() == 0 ? 0 : 100.0 * tally.conflicts() / tally.requests();
    }
}
