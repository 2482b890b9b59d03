package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The result of one query to a plugin. */
public sealed interface PluginReply {
    /**
     * How long a yes may be used: long enough to be used by rules that are judged together, short enough that a rule which
     * looks at the time or at other systems is asked again before a Pod that waited elsewhere goes.
     */
    Duration YES_HOLDS = Duration.ofSeconds(5);

    Instant at();

    /**
     * The plugin judged.
     *
     * @param cached by uid of the Pod, one entry for each Pod that was asked about
     */
    record Judged(Instant at, Map<String, CachedVerdict> cached) implements PluginReply {
        public Judged {
            cached = Map.copyOf(cached);
        }
    }

    /**
     * The plugin said nothing of use, so every Pod to which the rule applies waits.
     *
     * @param askAgain empty if asking again helps only once the rule has changed
     * @param problems what its user has to correct, each with its path in the object; empty for a plugin that failed
     */
    record Unjudged(Instant at, Wait why, Optional<Instant> askAgain, List<String> problems) implements PluginReply {
        public Unjudged {
            problems = List.copyOf(problems);
        }
    }

    /**
     * What was said of one Pod.
     *
     * @param marks value by operation of the labels that say its stage: other values are other operations
     * @param seen the Pod as the plugin saw it
     * @param version of the record that it saw
     * @param again when to ask again though nothing happens; of no meaning for a yes
     */
    record CachedVerdict(Map<String, String> marks, PodView seen, long version, Decision decision, Instant again) {
        public CachedVerdict {
            marks = Map.copyOf(marks);
        }

        public boolean isYes() {
            return decision instanceof Decision.Admitted;
        }

        /** True if the Pod still looks as the plugin saw it. */
        boolean sees(PodRecord pod) {
            return pod.resourceVersion() == version || PodViews.of(pod).equals(seen);
        }
    }
}
