package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The result of one pass over the waiting Pods.
 *
 * @param woken Pods that pass now, or have to ask again
 * @param asks rules with a query to a plugin, or that are gone
 * @param report absent if the rule is gone, or no slot may be given yet
 * @param closed how long no slot may be given yet
 * @param lookAgain after which time a Pod may pass although no event comes
 */
record PassResult(
        Set<Key> woken,
        Set<Key> asks,
        Optional<RuleReport> report,
        Optional<Duration> closed,
        Optional<Duration> lookAgain) {}
