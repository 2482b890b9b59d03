package io.kusionstack.operating.testplugins.trial;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.testkit.Pods;
import io.kusionstack.operating.testkit.RuleRequests;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The packaged test plugins, and questions to ask them. */
final class Jars {
    static final PodRef POD = Pods.pod("web-0").ref();
    static final Backend BACKEND = new Backend(POD, "10.0.0.1", 8080, Map.of());
    static final List<BackendChange> CHANGES = List.of(new BackendChange.PutOn(BACKEND, 100));

    private Jars() {}

    static Path[] of(String... names) {
        return Arrays.stream(names).map(Jars::of).toArray(Path[]::new);
    }

    private static Path of(String name) {
        String version = System.getProperty("testplugins.version");
        return Path.of(System.getProperty("testplugins"), name, "target", name + "-" + version + ".jar");
    }

    static RuleRequest request() {
        return RuleRequests.about(Pods.pod("web-0").view()).until(deadline()).request();
    }

    static Instant deadline() {
        return Instant.now().plus(Duration.ofSeconds(30));
    }

    /** @param wrong what the plugin wrong-answers is to do */
    static Employer employer(String name, String wrong) {
        return new Employer(
                "Service", new PodRef("default", name, "s-" + name), Map.of("wrong", wrong), Map.of(), List.of());
    }
}
