package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kusionstack.operating.host.plugins.ConfigBinder;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What the host relies on in a traffic control, as tests to inherit. They need the provider, or something that behaves like
 * it; each test begins with a provider that has {@link #employer()} and none of {@link #backends()}.
 */
public interface TrafficContract<C extends Record> {
    /** How long a call of the contract may take. */
    Duration DEADLINE = Duration.ofSeconds(10);

    /** How often the host looks again before the contract gives up. */
    int ROUNDS = 100;

    /** A new one at each call, as the host makes it. */
    TrafficProvider<C> provider();

    /** What the host lends, with the settings and secrets that the plugin needs. A new one at each call. */
    FakePluginContext context();

    Employer employer();

    /** Two backends that may be put on. */
    List<Backend> backends();

    default int weight() {
        return 100;
    }

    /** Lets the provider get on: health checks pass, drains run out. */
    default void letTimePass(FakePluginContext context, Duration time) {
        context.clock().advance(time);
    }

    /** Puts a backend at the provider that is not ours, and tells how an observation names its address. */
    default Optional<String> foreignAddress() {
        return Optional.empty();
    }

    @Test
    default void itsNameIsAWordThatUsersCanWriteAndStaysTheSame() {
        TrafficProvider<C> provider = provider();

        assertThat(provider.name()).matches("[a-z0-9-]{1,63}").isEqualTo(provider.name());
    }

    @Test
    default void itsSettingsCanBeBound() {
        assertThat(ConfigBinder.unbindable(provider().configType())).isEmpty();
    }

    @Test
    default void oneEmployerHasOneLockKey() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            assertThat(fixture.control().lockKey(employer()))
                    .isNotBlank()
                    .isEqualTo(fixture.control().lockKey(employer()));
        }
    }

    @Test
    default void anObservationTellsWhenItWasRead() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            Instant now = fixture.context().clock().instant();

            assertThat(fixture.observe().readAt()).isEqualTo(now);
        }
    }

    @Test
    default void everyChangeHasAResultAndNothingElseHas() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            List<BackendChange> changes = backends().stream()
                    .map(this::putOn)
                    .map(BackendChange.class::cast)
                    .toList();

            assertThat(fixture.apply(changes))
                    .extracting(result -> result.backend().pod())
                    .containsExactlyInAnyOrderElementsOf(
                            backends().stream().map(Backend::pod).toList());
            assertThat(fixture.apply(List.of())).isEmpty();
        }
    }

    @Test
    default void whatIsPutOnIsObservedToServe() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            fixture.putOn(first());

            assertThat(fixture.serving(first())).contains(Serving.ON);
            assertThat(fixture.serving(backends().get(1))).isEmpty();
        }
    }

    @Test
    default void puttingOnTwiceIsHarmless() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.apply(List.of(putOn(first())));

            assertThat(fixture.observe().backends().stream().filter(observed -> fixture.isOf(observed, first())))
                    .extracting(ObservedBackend::serving)
                    .containsExactly(Serving.ON);
        }
    }

    @Test
    default void whatIsTakenOffDrainsAndGoes() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.putOn(backends().get(1));

            fixture.takeOff(first());

            assertThat(fixture.serving(first())).isEmpty();
            assertThat(fixture.serving(backends().get(1))).contains(Serving.ON);
        }
    }

    @Test
    default void takingOffWhatIsNotThereIsHarmless() throws InvalidConfigException {
        try (Fixture fixture = fixture()) {
            fixture.takeOff(first());

            assertThat(fixture.serving(first())).isEmpty();
        }
    }

    @Test
    default void anotherInstanceGoesOn() throws InvalidConfigException {
        try (Fixture before = fixture()) {
            before.apply(List.of(putOn(first())));
        }
        try (Fixture after = fixture()) {
            after.putOn(first());

            assertThat(after.serving(first())).contains(Serving.ON);
        }
    }

    @Test
    default void whatIsNotOursIsToldAndLeftAlone() throws InvalidConfigException {
        Optional<String> address = foreignAddress();
        Assumptions.assumeTrue(address.isPresent(), "no foreignAddress");
        try (Fixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.takeOff(first());

            assertThat(fixture.observe().backends())
                    .anyMatch(observed -> observed.serving() == Serving.FOREIGN
                            && observed.backend().ip().equals(address.orElseThrow()));
        }
    }

    private Backend first() {
        return backends().getFirst();
    }

    private BackendChange.PutOn putOn(Backend backend) {
        return new BackendChange.PutOn(backend, weight());
    }

    private Fixture fixture() throws InvalidConfigException {
        FakePluginContext context = context();
        TrafficProvider<C> provider = provider();
        return new Fixture(this, context, provider.create(context.settings(provider.configType()), context));
    }

    /** A traffic control, asked as the host asks it. */
    record Fixture(TrafficContract<?> contract, FakePluginContext context, TrafficControl control)
            implements AutoCloseable {
        Observation.Known observe() {
            Instant now = context.clock().instant();
            Observation observation = control.observe(contract.employer(), now, deadline());
            assertThat(observation).isInstanceOf(Observation.Known.class);
            return (Observation.Known) observation;
        }

        List<BackendResult> apply(List<BackendChange> changes) {
            List<BackendResult> results = control.apply(contract.employer(), changes, deadline());
            assertThat(results).isNotNull();
            return results;
        }

        /** Applies and observes until the backend serves. */
        void putOn(Backend backend) {
            for (int round = 0; round < ROUNDS; round++) {
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
            for (int round = 0; round < ROUNDS; round++) {
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
            return context.clock().instant().plus(DEADLINE);
        }

        @Override
        public void close() {
            control.close();
            context.close();
        }
    }
}
