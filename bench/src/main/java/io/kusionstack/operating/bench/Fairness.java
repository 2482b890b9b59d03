package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.demo.SeenPod;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/** A large set, {@code web}, and a small one, {@code small}, looked after by one operator. */
final class Fairness {
    private static final String SMALL = "small";
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Playground playground;
    private final Workload workload;
    private final String namespace;
    private final int pods;

    Fairness(Playground playground, int pods) {
        this.playground = playground;
        this.namespace = playground.namespace();
        this.workload = new Workload(namespace);
        this.pods = pods;
    }

    /** Both sets serve. */
    void prepare() throws InterruptedException {
        playground.api().create(Workload.sets(namespace), workload.set(pods));
        playground.api().create(Workload.sets(namespace), workload.set(SMALL, 3));
        await("both sets serve", 3, pods, Workload.image(1));
    }

    /**
     * Lets the large set begin an update, scales the small one from 3 to 4, and waits until all is over and as before.
     *
     * @return from the scaling to the fourth Pod in service
     */
    Duration scaleBesideAnUpdate(int run) throws InterruptedException {
        patch("web", workload.patch(Workload.image(run + 1)));
        Instant began = Instant.now();
        patch(SMALL, workload.replicas(4));
        await("the small set has its fourth Pod", 4, 0, "");
        Duration took = Duration.between(began, Instant.now());
        await("the update is complete", 4, pods, Workload.image(run + 1));
        patch(SMALL, workload.replicas(3));
        await("the small set has three Pods again", 3, pods, Workload.image(run + 1));
        return took;
    }

    private void patch(String set, ObjectNode patch) {
        playground.api().patch(Workload.sets(namespace) + "/" + set, PatchType.MERGE, patch);
    }

    private void await(String what, int small, int large, String image) throws InterruptedException {
        Predicate<SeenPod> isSmall = pod -> pod.name().startsWith(SMALL + "-");
        boolean came = playground.pods().await(LIMIT, all -> {
            long serving = all.stream()
                    .filter(isSmall)
                    .filter(pod -> pod.serves(Workload.image(1)))
                    .count();
            long present = all.stream().filter(isSmall).count();
            return serving == small
                    && present == small
                    && (large == 0
                            || all.stream()
                                            .filter(isSmall.negate())
                                            .filter(pod -> pod.serves(image))
                                            .count()
                                    == large);
        });
        if (!came) {
            throw new IllegalStateException("not within " + LIMIT + ": " + what);
        }
    }
}
