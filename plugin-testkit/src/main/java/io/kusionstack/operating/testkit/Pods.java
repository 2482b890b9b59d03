package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes Pods as a plugin sees them: running, ready and available unless told otherwise. Each method returns a changed copy.
 *
 * <pre>{@code
 * PodView pod = Pods.pod("web-0").label("tier", "gold").image("main", "shop:2").view();
 * }</pre>
 *
 * @param view the Pod as it is so far
 */
public record Pods(PodView view) {
    /** A Pod of the namespace {@code default}; its uid is derived from its name. */
    public static Pods pod(String name) {
        return new Pods(new PodView(
                new PodRef("default", name, "uid-" + name),
                Map.of(),
                Map.of(),
                "Running",
                "node-1",
                "10.0.0." + (1 + Math.floorMod(name.hashCode(), 250)),
                true,
                true,
                false,
                Map.of("main", "shop:1"),
                Map.of("main", "shop:1"),
                Optional.empty()));
    }

    public PodRef ref() {
        return view.ref();
    }

    public Pods ref(PodRef ref) {
        return new Pods(new PodView(
                ref,
                view.labels(),
                view.annotations(),
                view.phase(),
                view.node(),
                view.ip(),
                view.ready(),
                view.available(),
                view.terminating(),
                view.wantedImages(),
                view.runningImages(),
                view.owner()));
    }

    public Pods label(String key, String value) {
        return with(plus(view.labels(), key, value), view.annotations(), view.wantedImages(), view.runningImages());
    }

    public Pods annotation(String key, String value) {
        return with(view.labels(), plus(view.annotations(), key, value), view.wantedImages(), view.runningImages());
    }

    /** The image in the spec; what runs stays what it is. */
    public Pods wantedImage(String container, String image) {
        return with(
                view.labels(), view.annotations(), plus(view.wantedImages(), container, image), view.runningImages());
    }

    /** The image in spec and status. */
    public Pods image(String container, String image) {
        return with(
                view.labels(),
                view.annotations(),
                plus(view.wantedImages(), container, image),
                plus(view.runningImages(), container, image));
    }

    /** An available Pod is ready, too. */
    public Pods available(boolean available) {
        return standing(view.phase(), view.ip(), view.ready() || available, available, view.terminating());
    }

    /** A Pod that is not ready is not available either. */
    public Pods ready(boolean ready) {
        return standing(view.phase(), view.ip(), ready, view.available() && ready, view.terminating());
    }

    public Pods terminating() {
        return standing(view.phase(), view.ip(), view.ready(), false, true);
    }

    public Pods ip(String ip) {
        return standing(view.phase(), ip, view.ready(), view.available(), view.terminating());
    }

    public Pods phase(String phase) {
        return standing(phase, view.ip(), view.ready(), view.available(), view.terminating());
    }

    private Pods with(
            Map<String, String> labels,
            Map<String, String> annotations,
            Map<String, String> wanted,
            Map<String, String> running) {
        return new Pods(new PodView(
                view.ref(),
                labels,
                annotations,
                view.phase(),
                view.node(),
                view.ip(),
                view.ready(),
                view.available(),
                view.terminating(),
                wanted,
                running,
                view.owner()));
    }

    private Pods standing(String phase, String ip, boolean ready, boolean available, boolean terminating) {
        return new Pods(new PodView(
                view.ref(),
                view.labels(),
                view.annotations(),
                phase,
                view.node(),
                ip,
                ready,
                available,
                terminating,
                view.wantedImages(),
                view.runningImages(),
                view.owner()));
    }

    private static Map<String, String> plus(Map<String, String> map, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }
}
