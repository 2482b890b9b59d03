package io.kusionstack.operating.host.plugins;

import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.DefaultPluginManager;
import org.pf4j.ExtensionFinder;
import org.pf4j.JarPluginRepository;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginStatusProvider;

/**
 * PF4J for a single jar. Each jar has one of its own: PF4J is not made for several threads, and a plugin that hangs while
 * it starts must hold up no other.
 */
final class SingleJarRuntime extends DefaultPluginManager {
    /** @param jar lies in a folder in which there is nothing else that PF4J reads */
    SingleJarRuntime(Path jar) {
        super(List.of(Objects.requireNonNull(jar.getParent())));
        setSystemVersion(ApiVersion.OURS);
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
        return new ManifestPluginDescriptorFinder();
    }

    @Override
    protected ExtensionFinder createExtensionFinder() {
        DefaultExtensionFinder finder = new DefaultExtensionFinder(this);
        addPluginStateListener(finder);
        return finder;
    }

    @Override
    protected PluginRepository createPluginRepository() {
        return new JarPluginRepository(getPluginsRoots());
    }

    @Override
    protected PluginStatusProvider createPluginStatusProvider() {
        return new AlwaysEnabled();
    }

    @Override
    protected PluginLoader createPluginLoader() {
        return new JarLoader();
    }

    private static final class JarLoader implements PluginLoader {
        @Override
        public boolean isApplicable(Path jar) {
            return true;
        }

        @Override
        public ClassLoader loadPlugin(Path jar, PluginDescriptor descriptor) {
            try {
                URL[] urls = {jar.toUri().toURL()};
                return new URLClassLoader("plugin-" + descriptor.getPluginId(), urls, new HostExports());
            } catch (MalformedURLException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The host's configuration says which plugins are enabled, not files beside the jar. */
    private static final class AlwaysEnabled implements PluginStatusProvider {
        @Override
        public boolean isPluginDisabled(String plugin) {
            return false;
        }

        @Override
        public void disablePlugin(String plugin) {
            throw new UnsupportedOperationException("a plugin is disabled in the configuration of the host");
        }

        @Override
        public void enablePlugin(String plugin) {
            throw new UnsupportedOperationException("a plugin is enabled in the configuration of the host");
        }
    }
}
