package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The loaded extensions by name. An immutable value; a change makes another one.
 *
 * @param missing why a name that is not here may be missing; empty if nothing more is known
 */
record ExtensionIndex(List<LoadedPlugin> loaded, List<PluginState> refused, String missing) {
    ExtensionIndex {
        loaded = List.copyOf(loaded);
        refused = List.copyOf(refused);
    }

    /** A plugin with what it offers. */
    record LoadedPlugin(LivePlugin plugin, List<PluginExtension> offers) {
        LoadedPlugin {
            offers = List.copyOf(offers);
        }

        PluginState state() {
            return plugin.state(offers);
        }
    }

    static ExtensionIndex none(String why) {
        return new ExtensionIndex(List.of(), List.of(), why);
    }

    /** With more jars that cannot be used. */
    ExtensionIndex and(List<PluginState> more) {
        List<PluginState> all = new ArrayList<>(refused);
        all.addAll(more);
        return new ExtensionIndex(loaded, all, missing);
    }

    <T extends PluginExtension> Optional<T> find(String name, Class<T> kind) {
        return loaded.stream()
                .flatMap(plugin -> plugin.offers().stream())
                .filter(extension ->
                        kind.isInstance(extension) && extension.name().equals(name))
                .map(kind::cast)
                .findFirst();
    }

    /** Every jar, those that are refused last. */
    List<PluginState> states() {
        return Stream.concat(loaded.stream().map(LoadedPlugin::state), refused.stream())
                .toList();
    }

    /** Why no extension has this name and kind, with the names that are known. */
    Wait unavailable(String name, Kind kind) {
        return new Wait(Reason.PLUGIN_UNAVAILABLE, name, "plugin \"" + name + "\" " + why(name, kind));
    }

    private String why(String name, Kind kind) {
        Map<String, Kind> known = new LinkedHashMap<>();
        loaded.stream()
                .flatMap(one -> one.offers().stream())
                .map(PluginExtension::offered)
                .forEach(offer -> known.put(offer.name(), offer.kind()));
        List<String> parts = new ArrayList<>();
        if (known.containsKey(name)) {
            parts.add("is loaded, but for another purpose: " + known.get(name));
        } else {
            parts.add(refused.stream()
                    .filter(state -> state.isCalled(name))
                    .findFirst()
                    .map(state -> "is " + state.health() + ": " + state.spoken() + ": " + state.why())
                    .orElse("is not loaded"));
        }
        String others = known.entrySet().stream()
                .filter(entry -> entry.getValue() == kind)
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        parts.add("known for " + kind + " are " + (others.isEmpty() ? "none" : others));
        refused.stream()
                .filter(state -> !state.isCalled(name) && state.health() == PluginState.PluginHealth.REFUSED)
                .map(ExtensionIndex::summary)
                .reduce((some, more) -> some + ", " + more)
                .ifPresent(files -> parts.add("refused are " + files));
        if (!missing.isEmpty()) {
            parts.add(missing);
        }
        return String.join("; ", parts);
    }

    /** A jar whose names are not known may hold the missing extension, so its reason is shown, too. */
    private static String summary(PluginState refused) {
        return refused.spoken() + (refused.offers().isEmpty() ? ": " + refused.why() : "");
    }
}
