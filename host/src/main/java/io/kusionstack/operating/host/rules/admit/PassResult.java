package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The result of one pass over the waiting Pods.
 *
 * @param woken Pods that now pass, or have to ask again
 * @param asks rules whose plugins are to be asked, or that are gone
 * @param report absent when the rule is gone, or nobody may be judged yet
 * @param closed for how long nobody may be judged yet
 * @param lookAgain when somebody may pass though nothing happens
 */
record PassResult(
        Set<Key> woken,
        Set<Key> asks,
        Optional<RuleReport> report,
        Optional<Duration> closed,
        Optional<Duration> lookAgain) {}
