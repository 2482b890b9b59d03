package io.kusionstack.operating.host.plugins;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The state of one jar of the folder.
 *
 * @param file the name of the jar
 * @param id from its manifest; empty if that cannot be read
 * @param version from its manifest; empty if that cannot be read
 * @param offers what it offers, as far as that is known
 * @param why it is refused or not configured, with the remedy; empty if it is loaded
 * @param callsInFlight calls that have not returned, those that were given up among them
 * @param overdue those of them that nobody waits for any more
 * @param resting whether it is left alone because it did not answer in time
 * @param threads platform threads of its own that it started
 */
public record PluginState(
        String file,
        String id,
        String version,
        List<Offered> offers,
        PluginHealth standing,
        String why,
        int callsInFlight,
        int overdue,
        boolean resting,
        int threads) {
    public PluginState {
        offers = List.copyOf(offers);
    }

    static PluginState refused(String file, String id, String version, List<Offered> offers, String why) {
        return new PluginState(file, id, version, offers, PluginHealth.REFUSED, why, 0, 0, false, 0);
    }

    static PluginState notConfigured(JarCheck.CheckedJar jar, List<Offered> offers, String why) {
        return new PluginState(
                jar.file(), jar.id(), jar.version(), offers, PluginHealth.NOT_CONFIGURED, why, 0, 0, false, 0);
    }

    /** One name that users write. */
    public record Offered(String name, Kind kind) {}

    /** What a plugin is for. */
    public enum Kind {
        RULE("rule"),
        TRAFFIC("traffic");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Whether a plugin takes part. */
    public enum PluginHealth {
        LOADED("loaded"),
        /** Nothing is wrong with it, and nobody said yet what it is to work with. */
        NOT_CONFIGURED("not configured"),
        REFUSED("refused");

        private final String word;

        PluginHealth(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Whether {@code name} is this plugin, as far as one can tell of a plugin that was not loaded. */
    boolean isCalled(String name) {
        return id.equals(name) || offers.stream().anyMatch(offer -> offer.name().equals(name));
    }

    /** The jar with the names users know it by. */
    public String spoken() {
        String names = offers.stream()
                .map(Offered::name)
                .filter(name -> !name.equals(id))
                .collect(Collectors.joining(", "));
        return file + (id.isEmpty() ? "" : " (" + id + (names.isEmpty() ? "" : ": " + names) + ")");
    }
}
