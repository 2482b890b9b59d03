package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The open workers of plugins, one for each rule and generation of its object. One thread at a time uses the workers of one
 * rule object; objects are independent of each other.
 */
final class RuleWorkers implements AutoCloseable {
    private final RulePlugins plugins;
    private final Map<Key, ObjectWorkers> held = new ConcurrentHashMap<>();

    RuleWorkers(RulePlugins plugins) {
        this.plugins = plugins;
    }

    /** @param byRule by the rule's name; only for the thread that looks after the object */
    private record ObjectWorkers(String uid, long generation, Map<String, RulePlugins.OpenedRule> byRule) {}

    /** Closes the workers that were opened for another generation of the object. */
    void keepOnly(RuleSpec spec) {
        ObjectWorkers old = held.get(spec.key());
        if (old != null && !(old.uid().equals(spec.uid()) && old.generation() == spec.generation())) {
            close(spec.key());
        }
        held.computeIfAbsent(spec.key(), key -> new ObjectWorkers(spec.uid(), spec.generation(), new HashMap<>()));
        Set<String> names =
                spec.plugged().stream().map(RuleSpec.CheckedRule::name).collect(Collectors.toSet());
        if (names.isEmpty()) {
            close(spec.key());
        }
    }

    /** The worker for the rule of this query, opened if there is none yet. May block. */
    RulePlugins.OpenedRule of(PluginQuery query) {
        ObjectWorkers ofObject = held.computeIfAbsent(
                query.spec().key(),
                key -> new ObjectWorkers(query.spec().uid(), query.spec().generation(), new HashMap<>()));
        RulePlugins.OpenedRule opened = ofObject.byRule().get(query.rule().name());
        if (opened == null) {
            opened = plugins.open(
                    query.check().plugin(), query.name(), query.check().config());
            if (opened instanceof RulePlugins.OpenedRule.RuleReady) {
                ofObject.byRule().put(query.rule().name(), opened);
            }
        }
        return opened;
    }

    /** Closes all workers of a rule object. */
    void close(Key object) {
        ObjectWorkers gone = held.remove(object);
        if (gone != null) {
            gone.byRule().values().forEach(RuleWorkers::close);
        }
    }

    private static void close(RulePlugins.OpenedRule opened) {
        if (opened instanceof RulePlugins.OpenedRule.RuleReady(RulePlugins.RuleWorker worker)) {
            worker.close();
        }
    }

    @Override
    public void close() {
        held.keySet().forEach(this::close);
    }
}
