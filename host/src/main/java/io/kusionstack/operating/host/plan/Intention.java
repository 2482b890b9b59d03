package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The edit that a begun operation wants to make as soon as it may: it travels in the very write that reaches Operate.
 * Kept in memory only; after a crash it is planned again.
 *
 * @param operation id of the operation it belongs to
 * @param operatingValue the value of the operation's {@code operating} label: another value is another operation
 * @param revision the revision that the Pod will carry
 * @param images new image by container name; containers that keep theirs are absent
 */
public record Intention(
        String operation,
        String operatingValue,
        String revision,
        MapEdit labels,
        MapEdit annotations,
        SortedMap<String, String> images) {

    public Intention {
        images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    }

    /**
     * The edit as it is right now: the baseline of the containers it changes is taken from {@code pod}. A container that
     * has its image already is left out, for it will not be restarted.
     */
    public PodEdit on(PodRecord pod) {
        SortedMap<String, String> changed = new TreeMap<>(images);
        pod.containers().forEach(container -> changed.remove(container.name(), container.image()));
        return PodEdit.of(pod)
                .labels(labels)
                .annotations(annotations)
                .annotations(MapEdit.set(Names.LAST_POD_STATUS, LastPodStatus.before(pod, changed)))
                .images(changed);
    }
}
