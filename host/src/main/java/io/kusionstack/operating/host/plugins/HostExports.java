package io.kusionstack.operating.host.plugins;

import java.util.List;
import java.util.Set;

/**
 * The classes that a plugin sees beside its own jar: the JDK, and from the host plugin-api, PF4J and slf4j. No
 * other class or resource of the host, so that a plugin may bring any version of any library.
 */
final class HostExports extends ClassLoader {
    private static final Set<String> PACKAGES = Set.of(
            "io.kusionstack.operating.plugin",
            "io.kusionstack.operating.plugin.rule",
            "io.kusionstack.operating.plugin.traffic");
    private static final List<String> LIBRARIES = List.of("org.pf4j.", "org.slf4j.");

    private final ClassLoader host;

    HostExports() {
        super("host-exports", ClassLoader.getPlatformClassLoader());
        host = HostExports.class.getClassLoader();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        int end = name.lastIndexOf('.');
        boolean isExported =
                LIBRARIES.stream().anyMatch(name::startsWith) || end > 0 && PACKAGES.contains(name.substring(0, end));
        if (!isExported) {
            throw new ClassNotFoundException(name + " is neither in the plugin's jar nor lent by the host");
        }
        return host.loadClass(name);
    }
}
