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
     * A yes may be used for this time: long enough for a pass over rules that share Pods, short enough that a plugin which
     * looks at the time or at other systems is asked again before a Pod that waited elsewhere leaves service.
     */
    Duration YES_HOLDS = Duration.ofSeconds(5);

    Instant at();

    /**
     * The plugin gave verdicts.
     *
     * @param cached by uid of the Pod, one entry for each Pod that was asked about
     */
    record Judged(Instant at, Map<String, CachedVerdict> cached) implements PluginReply {
        public Judged {
            cached = Map.copyOf(cached);
        }
    }

    /**
     * The plugin gave no verdict, so every Pod to which the rule applies waits.
     *
     * @param askAgain when to ask again; empty if that helps only once the rule has changed
     * @param problems mistakes for the user to correct, each with its path in the object; empty for a plugin that failed
     */
    record Unjudged(Instant at, Wait why, Optional<Instant> askAgain, List<String> problems) implements PluginReply {
        public Unjudged {
            problems = List.copyOf(problems);
        }
    }

    /**
     * The verdict on one Pod.
     *
     * @param marks value by operation of the labels of its stage: another value is another round of the operation
     * @param seen the Pod as the plugin saw it
     * @param version of the record that it saw
     * @param again when to ask again although nothing has changed; not used for a yes
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
