package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.plugins.RulePlugins.Opened;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The plugins' workers that are open: one per rule and generation. The workers of one rule object are asked for by one
 * thread at a time; objects are independent of each other.
 */
final class RuleWorkers implements AutoCloseable {
    private final RulePlugins plugins;
    private final Map<Key, Held> held = new ConcurrentHashMap<>();

    RuleWorkers(RulePlugins plugins) {
        this.plugins = plugins;
    }

    /** @param byRule by the rule's name; touched by the one thread that looks after the object */
    private record Held(String uid, long generation, Map<String, Opened> byRule) {}

    /** Closes what was opened for another form of the object. */
    void keepOnly(RuleSpec spec) {
        Held old = held.get(spec.key());
        if (old != null && !(old.uid().equals(spec.uid()) && old.generation() == spec.generation())) {
            close(spec.key());
        }
        held.computeIfAbsent(spec.key(), key -> new Held(spec.uid(), spec.generation(), new HashMap<>()));
        Set<String> names = spec.plugged().stream().map(RuleSpec.Rule::name).collect(Collectors.toSet());
        if (names.isEmpty()) {
            close(spec.key());
        }
    }

    /** The worker of the rule that is asked about, opened where there is none yet. May block. */
    Opened of(Question question) {
        Held ofObject = held.computeIfAbsent(
                question.spec().key(),
                key -> new Held(question.spec().uid(), question.spec().generation(), new HashMap<>()));
        Opened opened = ofObject.byRule().get(question.rule().name());
        if (opened == null) {
            opened = plugins.open(
                    question.demand().plugin(),
                    question.name(),
                    question.demand().config());
            if (opened instanceof Opened.Ready) {
                ofObject.byRule().put(question.rule().name(), opened);
            }
        }
        return opened;
    }

    /** Closes all workers of a rule object. */
    void close(Key object) {
        Held gone = held.remove(object);
        if (gone != null) {
            gone.byRule().values().forEach(RuleWorkers::close);
        }
    }

    private static void close(Opened opened) {
        if (opened instanceof Opened.Ready(RulePlugins.RuleWorker worker)) {
            worker.close();
        }
    }

    @Override
    public void close() {
        held.keySet().forEach(this::close);
    }
}
