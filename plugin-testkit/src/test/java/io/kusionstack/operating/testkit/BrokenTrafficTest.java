package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Each contract is one that a plugin can break: here is one that does, and is found out. */
class BrokenTrafficTest {
    private static final Instant LONG_AGO = Instant.EPOCH;

    @Test
    void aPluginThatKeepsTheContractBreaksNone() {
        assertThat(broken((control, balancer) -> control)).isEmpty();
    }

    @Test
    void onePutsAnEndToAllConnectionsAtOnce() {
        assertThat(broken((control, balancer) -> with(control, (employer, changes, deadline) -> {
                    for (BackendChange change : changes) {
                        if (change instanceof BackendChange.TakeOff) {
                            balancer.backends().remove(change.backend());
                        }
                    }
                    return control.apply(employer, changes, deadline);
                })))
                .contains(
                        "whatIsTakenOffDrainsBeforeItGoes",
                        "aDrainThatNobodySawBeginIsNotCutShort",
                        "anEarlierDrainDoesNotEndWhatServesNow");
    }

    @Test
    void oneTakesEveryDrainForOver() {
        assertThat(broken((control, balancer) -> with(
                        control,
                        (employer, changes, deadline) -> control.apply(
                                employer,
                                changes.stream()
                                        .map(change -> since(change, Optional.of(LONG_AGO)))
                                        .toList(),
                                deadline))))
                .contains("whatIsTakenOffDrainsBeforeItGoes", "aDrainThatNobodySawBeginIsNotCutShort");
    }

    @Test
    void oneBelievesADrainTimeThoughTheBackendServes() {
        assertThat(broken((control, balancer) -> with(control, (employer, changes, deadline) -> {
                    for (BackendChange change : changes) {
                        if (change instanceof BackendChange.TakeOff off
                                && off.drainingSince()
                                        .filter(since -> since.isBefore(Instant.parse("2026-01-01T00:00:00Z")))
                                        .isPresent()) {
                            balancer.backends().remove(change.backend());
                        }
                    }
                    return control.apply(employer, changes, deadline);
                })))
                .containsExactly("anEarlierDrainDoesNotEndWhatServesNow");
    }

    private static BackendChange since(BackendChange change, Optional<Instant> since) {
        return change instanceof BackendChange.TakeOff off ? new BackendChange.TakeOff(off.backend(), since) : change;
    }

    @Test
    void oneTakesOffOnlyWhatTheEmployersPortsLeadTo() {
        assertThat(broken((control, balancer) -> with(
                        control,
                        (employer, changes, deadline) -> control.apply(
                                employer,
                                changes.stream()
                                        .filter(change -> employer.ports().stream()
                                                .anyMatch(port -> port.targetPort()
                                                        == change.backend().port()))
                                        .toList(),
                                deadline))))
                .containsExactly("whatServesIsTakenOffWhateverPortsTheEmployerHasNow");
    }

    @Test
    void oneTakesAnErrorForAnEmptyLoadBalancer() {
        assertThat(broken((control, balancer) -> new Observed(control, (employer, deadline) -> {
                    try {
                        return control.observe(employer, deadline);
                    } catch (IllegalStateException e) {
                        return new Observation.Known(Instant.parse("2026-01-01T00:00:00Z"), List.of());
                    }
                })))
                .containsExactly("aProviderThatFailsIsNotOneWithoutBackends");
    }

    @Test
    void oneSaysDoneWhateverTheProviderAnswers() {
        assertThat(broken((control, balancer) -> with(control, (employer, changes, deadline) -> {
                    try {
                        return control.apply(employer, changes, deadline);
                    } catch (IllegalStateException e) {
                        return changes.stream()
                                .map(change -> new BackendResult(change.backend(), new Progress.Done()))
                                .toList();
                    }
                })))
                .containsExactly("whatTheProviderDidNotTakeIsNotDone");
    }

    @Test
    void oneWaitsForTheProviderForEver() {
        assertThat(broken((control, balancer) -> new Observed(control, (employer, deadline) -> {
                    try {
                        return control.observe(employer, deadline);
                    } catch (IllegalStateException e) {
                        return forEver(e);
                    }
                })))
                .contains("everyCallEndsWithItsTimeThoughTheProviderDoesNotAnswer");
    }

    private static Observation forEver(IllegalStateException cause) {
        if (Thread.currentThread().getName().contains("junit-timeout")) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw cause;
    }

    private interface Apply {
        List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline);
    }

    private static TrafficControl with(TrafficControl control, Apply apply) {
        return new TrafficControl() {
            @Override
            public String lockKey(Employer employer) {
                return control.lockKey(employer);
            }

            @Override
            public Observation observe(Employer employer, Instant deadline) {
                return control.observe(employer, deadline);
            }

            @Override
            public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
                return apply.apply(employer, changes, deadline);
            }
        };
    }

    /** Observes in another way. */
    private record Observed(TrafficControl control, BiFunction<Employer, Instant, Observation> observe)
            implements TrafficControl {
        @Override
        public String lockKey(Employer employer) {
            return control.lockKey(employer);
        }

        @Override
        public Observation observe(Employer employer, Instant deadline) {
            return observe.apply(employer, deadline);
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            return control.apply(employer, changes, deadline);
        }
    }

    /** The tests of the contract that fail, each with a load balancer of its own. */
    private static List<String> broken(BiFunction<TrafficControl, MemoryTraffic.Balancer, TrafficControl> plugin) {
        List<String> broken = new ArrayList<>();
        for (Method contract : TrafficContract.class.getMethods()) {
            if (contract.isAnnotationPresent(Test.class) && !holds(contract, MemoryContract.of(plugin))) {
                broken.add(contract.getName());
            }
        }
        return broken.stream().sorted().toList();
    }

    private static boolean holds(Method contract, MemoryContract plugin) {
        try {
            contract.invoke(plugin);
            return true;
        } catch (InvocationTargetException e) {
            return e.getCause() instanceof TestAbortedException;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
