package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A traffic control, asked as the host asks it. */
record TrafficFixture(TrafficContract<?> contract, FakePluginContext context, TrafficControl control, Employer employer)
        implements AutoCloseable {
    /** The same, after somebody gave the employer other target ports. */
    TrafficFixture withOtherPorts() {
        List<ServicePort> others = employer.ports().stream()
                .map(port -> new ServicePort(port.name(), port.port(), port.targetPort() + 1, port.protocol()))
                .toList();
        return new TrafficFixture(
                contract,
                context,
                control,
                new Employer(
                        employer.kind(),
                        employer.ref(),
                        employer.labels(),
                        employer.annotations(),
                        others,
                        employer.groups()));
    }

    Observation.Known observe() {
        Instant now = context.clock().instant();
        Observation observation = control.observe(employer, now, deadline());
        assertThat(observation).isInstanceOf(Observation.Known.class);
        return (Observation.Known) observation;
    }

    List<BackendResult> apply(List<BackendChange> changes) {
        List<BackendResult> results = control.apply(employer, changes, deadline());
        assertThat(results).isNotNull();
        return results;
    }

    /** What an observation comes to that has little time; an exception says as much as not to know. */
    Observation tried() {
        // what was read before does not answer this
        context.clock().advance(Duration.ofSeconds(1));
        Instant now = context.clock().instant();
        try {
            return control.observe(employer, now, now.plus(TrafficContract.SHORT));
        } catch (RuntimeException e) {
            return new Observation.Unknown(String.valueOf(e.getMessage()), TrafficContract.SHORT);
        }
    }

    /** What a change comes to that has little time; an exception is no result. */
    List<Progress> tried(BackendChange change) {
        Instant deadline = context.clock().instant().plus(TrafficContract.SHORT);
        try {
            return control.apply(employer, List.of(change), deadline).stream()
                    .map(BackendResult::progress)
                    .toList();
        } catch (RuntimeException e) {
            return List.of();
        }
    }

    /** Applies and observes until it is seen that the backend drains; it must not go before. */
    Instant drain(Backend backend, Optional<Instant> since) {
        for (int round = 0; round < TrafficContract.ROUNDS; round++) {
            apply(List.of(new BackendChange.TakeOff(backend, since)));
            Optional<Serving> serving = serving(backend);
            assertThat(serving).as("%s, taken off and not drained yet", backend).isPresent();
            if (serving.get() == Serving.DRAINING) {
                return context.clock().instant();
            }
            contract.letTimePass(context, Duration.ofMillis(100));
        }
        return fail("%s was taken off and is not observed to drain: %s", backend, observe());
    }

    /** Goes on taking the backend off for so long; all the while it drains. */
    void staysFor(Duration time, Backend backend, Optional<Instant> since) {
        Instant end = context.clock().instant().plus(time);
        while (context.clock().instant().isBefore(end)) {
            contract.letTimePass(context, Duration.ofMillis(500));
            apply(List.of(new BackendChange.TakeOff(backend, since)));
            assertThat(serving(backend))
                    .as("%s, whose connections may go on for %s", backend, contract.drain())
                    .contains(Serving.DRAINING);
        }
    }

    /** Applies and observes until the backend serves. */
    void putOn(Backend backend) {
        for (int round = 0; round < TrafficContract.ROUNDS; round++) {
            apply(List.of(new BackendChange.PutOn(backend, contract.weight())));
            if (serving(backend).equals(Optional.of(Serving.ON))) {
                return;
            }
            contract.letTimePass(context, Duration.ofSeconds(1));
        }
        fail("%s was put on and is not observed to serve: %s", backend, observe());
    }

    /** Applies and observes until the backend is gone; once it drains it must not serve again. */
    void takeOff(Backend backend) {
        Optional<Instant> draining = Optional.empty();
        for (int round = 0; round < TrafficContract.ROUNDS; round++) {
            apply(List.of(new BackendChange.TakeOff(backend, draining)));
            Optional<Serving> serving = serving(backend);
            if (serving.isEmpty()) {
                return;
            }
            if (serving.get() == Serving.DRAINING && draining.isEmpty()) {
                draining = Optional.of(context.clock().instant());
            }
            assertThat(draining.isPresent() && serving.get() == Serving.ON)
                    .as("%s serves again though it drains", backend)
                    .isFalse();
            contract.letTimePass(context, Duration.ofSeconds(1));
        }
        fail("%s was taken off and is still observed: %s", backend, observe());
    }

    Optional<Serving> serving(Backend backend) {
        return observe().backends().stream()
                .filter(observed -> isOf(observed, backend))
                .map(ObservedBackend::serving)
                .findFirst();
    }

    /** As the host does: by address, and by the Pod's uid where the provider remembers one. */
    boolean isOf(ObservedBackend observed, Backend backend) {
        String uid = observed.backend().pod().uid();
        return observed.backend().ip().equals(backend.ip())
                && observed.backend().port() == backend.port()
                && (uid.isEmpty() || uid.equals(backend.pod().uid()));
    }

    private Instant deadline() {
        return context.clock().instant().plus(TrafficContract.DEADLINE);
    }

    @Override
    public void close() {
        control.close();
        context.close();
    }
}
