package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.plugin.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Secrets for one plugin: those that the host allows, read anew each time. Values that were handed out are remembered and
 * masked in every text of the plugin. Any thread.
 */
final class ScopedSecrets implements Secrets {
    private static final String VARIABLE = "env:";
    private static final String FILE = "file:";
    private static final int TOO_SHORT_TO_HIDE = 4;
    private static final long LARGEST = 1024 * 1024;

    private final List<String> allowed;
    private final Function<String, Optional<String>> environment;
    private final Set<String> given = ConcurrentHashMap.newKeySet();

    /** @param allowed references; one of a folder ends in a slash and allows all files below */
    ScopedSecrets(List<String> allowed, Function<String, Optional<String>> environment) {
        this.allowed = List.copyOf(allowed);
        this.environment = environment;
    }

    @Override
    public String value(String reference) {
        String value = read(reference);
        hide(value);
        value.lines().map(String::strip).forEach(this::hide);
        return value;
    }

    private void hide(String value) {
        if (value.length() >= TOO_SHORT_TO_HIDE) {
            given.add(value);
        }
    }

    /** The text without any value that was given. */
    String mask(String text) {
        String masked = text;
        // the longest first: one may begin with another
        for (String value : given.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList()) {
            masked = masked.replace(value, "***");
        }
        return masked;
    }

    private String read(String reference) {
        if (reference.startsWith(VARIABLE)) {
            permit(allowed.contains(reference), reference);
            return environment
                    .apply(reference.substring(VARIABLE.length()))
                    .orElseThrow(() -> new IllegalArgumentException(reference + " is not set"));
        }
        if (!reference.startsWith(FILE + "/")) {
            throw new IllegalArgumentException("a secret is named env:NAME or file:/path; this is neither");
        }
        return file(reference);
    }

    private String file(String reference) {
        Path named = Path.of(reference.substring(FILE.length()));
        permit(allowed.stream().anyMatch(rule -> allows(rule, named.normalize())), reference);
        try {
            Path real = named.toRealPath();
            permit(allowed.stream().anyMatch(rule -> allowsReal(rule, real)), reference);
            if (Files.size(real) > LARGEST) {
                throw new IllegalArgumentException(reference + " is larger than 1 MiB");
            }
            return Files.readString(real).stripTrailing();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    reference + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static boolean allows(String rule, Path file) {
        return rule.startsWith(FILE)
                && (rule.endsWith("/")
                        ? file.startsWith(pathOf(rule)) && !file.equals(pathOf(rule))
                        : file.equals(pathOf(rule)));
    }

    /** A link must not lead out of what is allowed; the allowed path itself may be one. */
    private static boolean allowsReal(String rule, Path real) {
        if (!rule.startsWith(FILE)) {
            return false;
        }
        try {
            Path permitted = pathOf(rule).toRealPath();
            return rule.endsWith("/") ? real.startsWith(permitted) : real.equals(permitted);
        } catch (IOException e) {
            return false;
        }
    }

    private static Path pathOf(String rule) {
        return Path.of(rule.substring(FILE.length())).normalize();
    }

    private static void permit(boolean isAllowed, String reference) {
        if (!isAllowed) {
            throw new IllegalArgumentException(
                    reference + " is not allowed: list it under plugins.secrets in the host's configuration");
        }
    }
}
