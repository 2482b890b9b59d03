package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/**
 * Decides whether a file may be loaded, before any class loader sees it. The file is read once: what was checked is what
 * is loaded.
 */
final class JarCheck {
    private static final Pattern ID = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
    private static final long LARGEST = 256L * 1024 * 1024;

    private final Map<String, String> allowed;
    private final boolean allowUnlisted;
    private final PrivateFolder folder;

    /**
     * A jar that may be loaded.
     *
     * @param copy the checked bytes, in a folder that only this user can write to
     */
    record CheckedJar(String file, String id, String version, Path copy) {}

    /** The manifest of a jar, and its digest. */
    record JarIdentity(String id, String version, String requires, String digest) {}

    /** The result of the check. */
    sealed interface JarVerdict {
        record JarPassed(CheckedJar jar) implements JarVerdict {}

        record JarRefused(PluginState state) implements JarVerdict {}
    }

    /** @param allowed SHA-256 in hexadecimal by id */
    JarCheck(Map<String, String> allowed, boolean allowUnlisted, PrivateFolder folder) {
        this.allowed = Map.copyOf(allowed);
        this.allowUnlisted = allowUnlisted;
        this.folder = folder;
    }

    JarVerdict check(Path file) {
        String name = file.getFileName().toString();
        JarIdentity identity = new JarIdentity("", "", "", "");
        try {
            byte[] bytes = read(file);
            Path copy = folder.store(name, bytes);
            identity = identity(copy, digest(bytes));
            identified(identity);
            allowedBytes(identity);
            ApiVersion.check(identity.requires());
            return new JarVerdict.JarPassed(new CheckedJar(name, identity.id(), identity.version(), copy));
        } catch (InvalidPluginException e) {
            return new JarVerdict.JarRefused(
                    PluginState.refused(name, identity.id(), identity.version(), List.of(), e.why()));
        } catch (IOException e) {
            return new JarVerdict.JarRefused(
                    PluginState.refused(name, identity.id(), identity.version(), List.of(), "it cannot be read: " + e));
        }
    }

    /** The line of {@code plugins.allowed} for a jar, or a comment that says why there is none. */
    static String line(Path file) throws IOException {
        try {
            JarIdentity jar = identity(file, digest(read(file)));
            identified(jar);
            return jar.id() + ": " + jar.digest() + "  # " + file.getFileName();
        } catch (InvalidPluginException e) {
            return "# " + file.getFileName() + " is left out: " + e.why();
        }
    }

    private static byte[] read(Path file) throws IOException, InvalidPluginException {
        if (Files.size(file) > LARGEST) {
            throw new InvalidPluginException("it is larger than " + LARGEST / (1024 * 1024) + " MiB");
        }
        return Files.readAllBytes(file);
    }

    private static JarIdentity identity(Path copy, String digest) throws InvalidPluginException {
        try (JarFile jar = new JarFile(copy.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
            if (main.getValue(Attributes.Name.CLASS_PATH) != null || main.getValue("Plugin-Dependencies") != null) {
                throw new InvalidPluginException("its manifest names other jars (Class-Path or Plugin-Dependencies):"
                        + " a plugin is one jar, shade into it what it needs");
            }
            return new JarIdentity(
                    value(main, "Plugin-Id"), value(main, "Plugin-Version"), value(main, "Plugin-Requires"), digest);
        } catch (IOException e) {
            throw new InvalidPluginException(
                    "it is not a jar, or not all of one: " + e.getMessage() + "; its SHA-256 is " + digest);
        }
    }

    private static String value(Attributes attributes, String name) {
        return Optional.ofNullable(attributes.getValue(name)).orElse("").strip();
    }

    private void allowedBytes(JarIdentity jar) throws InvalidPluginException {
        String expected = allowed.get(jar.id());
        if (expected == null && !allowUnlisted) {
            throw new InvalidPluginException("it is not listed: if you trust it, add under plugins.allowed the line "
                    + jar.id() + ": " + jar.digest());
        }
        if (expected != null && !expected.toLowerCase(Locale.ROOT).equals(jar.digest())) {
            throw new InvalidPluginException("it is not the jar that was allowed: plugins.allowed says " + expected
                    + " for " + jar.id() + " and the jar has " + jar.digest());
        }
    }

    private static void identified(JarIdentity jar) throws InvalidPluginException {
        if (jar.id().isEmpty() || jar.version().isEmpty() || jar.requires().isEmpty()) {
            throw new InvalidPluginException(
                    "its manifest lacks Plugin-Id, Plugin-Version or Plugin-Requires: it is not a plugin,"
                            + " or was not packaged as docs/plugins.md says");
        }
        if (!ID.matcher(jar.id()).matches()) {
            throw new InvalidPluginException(
                    "its Plugin-Id is " + jar.id() + "; allowed are a-z, 0-9, '.' and '-', up to 63");
        }
    }

    /** SHA-256 in hexadecimal. */
    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
