package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What goes differently for the containers it fits: those on nodes, in Pods and of images whose names match its globs
 * ({@code *} stands for any text; a Pod's name is {@code namespace/name}). What a script does not mention stays as the
 * scripts before it, or the defaults, have it: pull 50 ms (once a node and image), start 30 ms, ready 20 ms after the
 * start, stop 50 ms after SIGTERM. Immutable.
 *
 * <pre>{@code
 * NodeScript.forImage("shop/web:bad*").pullFails()
 * NodeScript.forPod("shop/web-*").forImages("*:v2").readyAfter(Duration.ofSeconds(5))
 * }</pre>
 */
public final class NodeScript {
    private final String nodes;
    private final String pods;
    private final String images;
    private final UnaryOperator<Timings> change;

    private NodeScript(String nodes, String pods, String images, UnaryOperator<Timings> change) {
        this.nodes = nodes;
        this.pods = pods;
        this.images = images;
        this.change = change;
    }

    /** A script for all containers. */
    public static NodeScript forAll() {
        return new NodeScript("*", "*", "*", timings -> timings);
    }

    /** A script for the images the glob matches. */
    public static NodeScript forImage(String glob) {
        return forAll().forImages(glob);
    }

    /** A script for the Pods the glob matches, as {@code namespace/name}. */
    public static NodeScript forPod(String glob) {
        return new NodeScript("*", glob, "*", timings -> timings);
    }

    /** A script for the nodes the glob matches. */
    public static NodeScript forNode(String glob) {
        return new NodeScript(glob, "*", "*", timings -> timings);
    }

    /** The same for the images the glob matches only. */
    public NodeScript forImages(String glob) {
        return new NodeScript(nodes, pods, glob, change);
    }

    /** The pull takes so long. */
    public NodeScript pullTakes(Duration time) {
        return and(timings -> timings.withPull(time, timings.pullFails()));
    }

    /** There is no such image: a pull ends in ErrImagePull, also where the node had pulled it before. */
    public NodeScript pullFails() {
        return and(timings -> timings.withPull(timings.pull(), true));
    }

    /** The image is there (again). */
    public NodeScript pullSucceeds() {
        return and(timings -> timings.withPull(timings.pull(), false));
    }

    /** From the end of the pull until the container runs. */
    public NodeScript startTakes(Duration time) {
        return and(timings -> timings.withStart(time));
    }

    /** From its start until its readiness probe succeeds. */
    public NodeScript readyAfter(Duration time) {
        return and(timings -> timings.withReady(time, false));
    }

    /** The container runs and its readiness probe never succeeds. */
    public NodeScript neverReady() {
        return and(timings -> timings.withReady(timings.ready(), true));
    }

    /** The container ends by itself so long after each start. */
    public NodeScript crashesAfter(Duration time, int exitCode) {
        return and(timings -> timings.withCrash(new Timings.Crash(time, exitCode)));
    }

    /** The container takes so long to end after SIGTERM; beyond the grace period it is killed. */
    public NodeScript stopTakes(Duration time) {
        return and(timings -> timings.withStop(time));
    }

    /** The images are tags of one digest: all that share the name given here. */
    public NodeScript sharesDigest(String name) {
        return and(timings -> timings.withDigest(name));
    }

    private NodeScript and(UnaryOperator<Timings> next) {
        return new NodeScript(nodes, pods, images, timings -> next.apply(change.apply(timings)));
    }

    Timings apply(Timings timings) {
        return change.apply(timings);
    }

    boolean fits(String node, String pod, String image) {
        return matches(nodes, node) && matches(pods, pod) && matches(images, image);
    }

    static boolean matches(String glob, String text) {
        return glob.equals("*") || Pattern.matches("\\Q" + glob.replace("*", "\\E.*\\Q") + "\\E", text);
    }
}
