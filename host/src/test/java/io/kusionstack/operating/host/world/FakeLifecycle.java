package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A small lifecycle for stories of other rooms: the phases and labels of the true one, one operation at a time per step,
 * and a single judge. No protection finalizers, no PostCheck.
 */
public final class FakeLifecycle implements PodGate {
    private final Intentions intentions;
    private final Predicate<PodRecord> mayLeave;

    /** @param mayLeave the judge: may this Pod go out of service now? */
    public FakeLifecycle(Intentions intentions, Predicate<PodRecord> mayLeave) {
        this.intentions = intentions;
        this.mayLeave = mayLeave;
    }

    @Override
    public Advance advance(PodRecord seen, PodEdit edit, Instant now) {
        PodEdit result = edit;
        for (String id : ids(seen.with(edit))) {
            result = advance(seen, result, id, now);
        }
        return new Advance(idle(seen, result, now).against(seen), List.of());
    }

    private static List<String> ids(PodRecord pod) {
        List<String> ids = new ArrayList<>();
        for (String key : pod.labels().keySet()) {
            for (String prefix : List.of(Names.OPERATING, Names.OPERATED)) {
                if (key.startsWith(prefix + "/")) {
                    ids.add(key.substring(prefix.length() + 1));
                }
            }
        }
        for (String key : pod.labels().keySet()) {
            if (key.startsWith(Names.OPERATE + "/") && !ids.contains(key.substring(Names.OPERATE.length() + 1))) {
                ids.add(key.substring(Names.OPERATE.length() + 1));
            }
        }
        return ids;
    }

    private PodEdit advance(PodRecord seen, PodEdit edit, String id, Instant now) {
        PodRecord pod = seen.with(edit);
        String stamp = Long.toString(now.getEpochSecond() * 1_000_000_000L + now.getNano());
        if (pod.hasLabel(key(Names.OPERATED, id))) {
            return complete(seen, edit, id);
        }
        String type = pod.label(key(Names.OPERATION_TYPE, id)).orElse("");
        String permission = key(Names.OPERATION_PERMISSION, type);
        if (!pod.hasLabel(key(Names.OPERATING, id))) {
            return edit.labels(MapEdit.remove(List.of(
                            key(Names.OPERATE, id),
                            key(Names.PRE_CHECKED, id),
                            key(Names.OPERATION_TYPE, id),
                            permission)))
                    .labels(MapEdit.set(Map.of(key(Names.OPERATED, id), stamp, key(Names.COMPLETING, id), stamp)))
                    .serviceReady(true);
        }
        if (pod.hasLabel(key(Names.OPERATE, id))) {
            return edit;
        }
        if (pod.hasLabel(key(Names.PREPARING, id))) {
            return operate(seen, edit, id, stamp);
        }
        if (!mayLeave.test(seen)) {
            return edit.labels(MapEdit.set(key(Names.PRE_CHECK, id), stamp));
        }
        return edit.labels(MapEdit.remove(List.of(key(Names.PRE_CHECK, id), Names.SERVICE_AVAILABLE)))
                .labels(MapEdit.set(Map.of(
                        key(Names.PRE_CHECKED, id), stamp, key(Names.PREPARING, id), stamp, permission, stamp)))
                .serviceReady(false);
    }

    private PodEdit operate(PodRecord seen, PodEdit edit, String id, String stamp) {
        boolean off = seen.condition(PodCondition.READY)
                .filter(PodCondition::isTrue)
                .isEmpty();
        if (!off || edit.serviceReady().isPresent()) {
            return edit;
        }
        PodEdit operated = edit.labels(MapEdit.remove(List.of(key(Names.PREPARING, id))))
                .labels(MapEdit.set(key(Names.OPERATE, id), stamp));
        Optional<PodEdit> wanted = intentions
                .of(seen)
                .filter(intention -> intention.operation().equals(id))
                .map((Intention intention) -> intention.on(seen));
        return wanted.map(more -> operated.labels(more.labels())
                        .annotations(more.annotations())
                        .images(more.images()))
                .orElse(operated);
    }

    private static PodEdit complete(PodRecord seen, PodEdit edit, String id) {
        return seen.ready()
                ? edit.labels(MapEdit.remove(List.of(key(Names.OPERATED, id), key(Names.COMPLETING, id))))
                : edit;
    }

    /** Without an operation a ready Pod is in service, and the gate is True. */
    private static PodEdit idle(PodRecord seen, PodEdit edit, Instant now) {
        PodRecord pod = seen.with(edit);
        if (!ids(pod).isEmpty() || pod.terminating()) {
            return edit;
        }
        List<String> permissions = pod.labels().keySet().stream()
                .filter(key -> key.startsWith(Names.OPERATION_PERMISSION))
                .toList();
        return served(seen, edit.labels(MapEdit.remove(permissions)), now);
    }

    private static PodEdit served(PodRecord seen, PodEdit edit, Instant now) {
        PodRecord pod = seen.with(edit);
        boolean open = seen.condition(Names.SERVICE_READY)
                .filter(PodCondition::isTrue)
                .isPresent();
        if (!open) {
            return edit.serviceReady(true);
        }
        return seen.ready() && !pod.hasLabel(Names.SERVICE_AVAILABLE)
                ? edit.labels(MapEdit.set(Names.SERVICE_AVAILABLE, Long.toString(now.getEpochSecond())))
                        .labels(MapEdit.remove(List.of(Names.CREATING, Names.POD_COMPLETING)))
                : edit;
    }

    private static String key(String prefix, String id) {
        return Names.key(prefix, id);
    }
}
