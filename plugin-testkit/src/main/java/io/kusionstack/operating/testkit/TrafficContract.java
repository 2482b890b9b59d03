package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Serving;
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

    /** How long a call may take whose provider does not answer, and how long the contract waits for it to end. */
    Duration SHORT = Duration.ofMillis(500);

    Duration PATIENCE = Duration.ofSeconds(3);

    /** How often the host looks again before the contract gives up. */
    int ROUNDS = 100;

    /** A new one at each call, as the host makes it. */
    TrafficProvider<C> provider();

    /** What the host lends, with the settings and secrets that the plugin needs. A new one at each call. */
    FakePluginContext context();

    Employer employer();

    /** Two backends that may be put on. */
    List<Backend> backends();

    /** How long the connections of {@link #employer} may go on once it is taken off; longer than 2 s. */
    Duration drain();

    /** From now on until it is closed the provider answers every call with an error, and does nothing. */
    Trouble outage();

    /** From now on until it is closed the provider answers no call in time. */
    Trouble silence();

    /** What is wrong with the provider until it is closed. */
    interface Trouble extends AutoCloseable {
        @Override
        void close();
    }

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
        try (TrafficFixture fixture = fixture()) {
            assertThat(fixture.control().lockKey(employer()))
                    .isNotBlank()
                    .isEqualTo(fixture.control().lockKey(employer()));
        }
    }

    @Test
    default void anObservationTellsWhenItWasRead() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            Instant now = fixture.context().clock().instant();

            assertThat(fixture.observe().readAt()).isEqualTo(now);
        }
    }

    @Test
    default void everyChangeHasAResultAndNothingElseHas() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
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
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            assertThat(fixture.serving(first())).contains(Serving.ON);
            assertThat(fixture.serving(backends().get(1))).isEmpty();
        }
    }

    @Test
    default void puttingOnTwiceIsHarmless() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.apply(List.of(putOn(first())));

            assertThat(fixture.observe().backends().stream().filter(observed -> fixture.isOf(observed, first())))
                    .extracting(ObservedBackend::serving)
                    .containsExactly(Serving.ON);
        }
    }

    @Test
    default void whatIsTakenOffDrainsAndGoes() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.putOn(backends().get(1));

            fixture.takeOff(first());

            assertThat(fixture.serving(first())).isEmpty();
            assertThat(fixture.serving(backends().get(1))).contains(Serving.ON);
        }
    }

    @Test
    default void whatServesIsTakenOffWhateverPortsTheEmployerHasNow() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());
            TrafficFixture edited = fixture.withOtherPorts();

            edited.takeOff(first());

            assertThat(edited.serving(first())).isEmpty();
            assertThat(fixture.serving(first())).isEmpty();
        }
    }

    @Test
    default void takingOffWhatIsNotThereIsHarmless() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.takeOff(first());

            assertThat(fixture.serving(first())).isEmpty();
        }
    }

    @Test
    default void anotherInstanceGoesOn() throws InvalidConfigException {
        try (TrafficFixture before = fixture()) {
            before.apply(List.of(putOn(first())));
        }
        try (TrafficFixture after = fixture()) {
            after.putOn(first());

            assertThat(after.serving(first())).contains(Serving.ON);
        }
    }

    @Test
    default void whatIsNotOursIsToldAndLeftAlone() throws InvalidConfigException {
        Optional<String> address = foreignAddress();
        Assumptions.assumeTrue(address.isPresent(), "no foreignAddress");
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());
            fixture.takeOff(first());

            assertThat(fixture.observe().backends())
                    .anyMatch(observed -> observed.serving() == Serving.FOREIGN
                            && observed.backend().ip().equals(address.orElseThrow()));
        }
    }

    @Test
    default void whatIsTakenOffDrainsBeforeItGoes() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            Instant since = fixture.drain(first(), Optional.empty());

            fixture.staysFor(drain().minusSeconds(1), first(), Optional.of(since));
        }
    }

    @Test
    default void aDrainThatNobodySawBeginIsNotCutShort() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            fixture.drain(first(), Optional.empty());

            fixture.staysFor(drain().minusSeconds(1), first(), Optional.empty());
        }
    }

    @Test
    default void anEarlierDrainDoesNotEndWhatServesNow() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());
            Instant longAgo = fixture.context().clock().instant().minus(Duration.ofDays(1));

            fixture.apply(List.of(new BackendChange.TakeOff(first(), Optional.of(longAgo))));

            assertThat(fixture.serving(first())).as("what served until now").isPresent();
        }
    }

    @Test
    default void aProviderThatFailsIsNotOneWithoutBackends() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            Trouble outage = outage();
            try {
                assertThat(fixture.tried()).isNotInstanceOfAny(Observation.Known.class, Observation.NoSuchPlace.class);
            } finally {
                outage.close();
            }

            assertThat(fixture.serving(first())).contains(Serving.ON);
        }
    }

    @Test
    default void whatTheProviderDidNotTakeIsNotDone() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            Trouble outage = outage();
            try {
                assertThat(fixture.tried(new BackendChange.TakeOff(first(), Optional.empty())))
                        .doesNotHaveAnyElementsOfTypes(Progress.Done.class);
                assertThat(fixture.tried(putOn(backends().get(1)))).doesNotHaveAnyElementsOfTypes(Progress.Done.class);
            } finally {
                outage.close();
            }

            assertThat(fixture.serving(first())).isPresent();
            assertThat(fixture.serving(backends().get(1))).isEmpty();
        }
    }

    @Test
    default void everyCallEndsWithItsTimeThoughTheProviderDoesNotAnswer() throws InvalidConfigException {
        try (TrafficFixture fixture = fixture()) {
            fixture.putOn(first());

            Trouble silence = silence();
            try {
                assertTimeoutPreemptively(PATIENCE, () -> fixture.tried(), "observe");
                assertTimeoutPreemptively(PATIENCE, () -> fixture.tried(putOn(first())), "apply");
            } finally {
                silence.close();
            }
        }
    }

    private Backend first() {
        return backends().getFirst();
    }

    private BackendChange.PutOn putOn(Backend backend) {
        return new BackendChange.PutOn(backend, weight());
    }

    private TrafficFixture fixture() throws InvalidConfigException {
        FakePluginContext context = context();
        TrafficProvider<C> provider = provider();
        return new TrafficFixture(
                this, context, provider.create(context.settings(provider.configType()), context), employer());
    }
}
