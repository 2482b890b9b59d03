package io.kusionstack.operating.host.plugins;

import org.pf4j.DefaultVersionManager;

/** The version of plugin-api this host speaks, and which plugins that suits. */
final class ApiVersion {
    /** Raised with plugin-api: the middle number when it gains something, the first when it breaks something. */
    static final String OURS = "1.0.0";

    private static final String NEXT_BREAK = "2.0.0";

    private ApiVersion() {}

    /** @param requires {@code Plugin-Requires} of a manifest */
    static void check(String requires) throws InvalidPluginException {
        if (!allows(requires, OURS)) {
            throw new InvalidPluginException("it is written for plugin-api " + requires + " and this host speaks "
                    + OURS + ": take a version of the plugin for this one");
        }
        if (allows(requires, NEXT_BREAK) || requires.strip().matches("\\d+\\.\\d+\\.\\d+")) {
            throw new InvalidPluginException("its manifest says Plugin-Requires: " + requires
                    + ", which has no upper end: write a range such as >=" + OURS + " & <" + NEXT_BREAK);
        }
    }

    private static boolean allows(String requires, String version) throws InvalidPluginException {
        try {
            return new DefaultVersionManager().checkVersionConstraint(version, requires);
        } catch (RuntimeException e) {
            throw new InvalidPluginException("its manifest says Plugin-Requires: " + requires
                    + ", which is not a range of versions: write one such as >=" + OURS + " & <" + NEXT_BREAK);
        }
    }
}
