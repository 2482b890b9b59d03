package io.kusionstack.operating.testbed.controlplane;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a control plane is to be; equal options give equal control planes.
 *
 * @param users who has a token, beside {@code admin}, who may do everything; what the others may do is for RBAC objects to say
 * @param controllers whether controller manager and scheduler run: without them no Pod is created by a workload, none is bound, and a
 *     namespace gets no service account
 * @param audit whether an audit log is written
 * @param apiServerFlags further flags of the API server, for example {@code --min-request-timeout=3}: watches then end after 3 to 6 s
 * @param port the API server's port, 0 for a free one
 * @param parent the folder in which the instance's own folder is made
 */
public record ControlPlaneOptions(
        List<User> users, boolean controllers, boolean audit, List<String> apiServerFlags, int port, Path parent) {
    /** Name of the user who may do everything. */
    public static final String ADMIN = "admin";

    /**
     * A user with a token.
     *
     * @param name as RBAC subjects name it
     * @param groups the groups it belongs to
     */
    public record User(String name, List<String> groups) {
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.:-]*");

        /** Copies the groups and checks the names, since both become words of a token file and the name one of a file name. */
        public User {
            groups = List.copyOf(groups);
            for (String word : Stream.concat(Stream.of(name), groups.stream()).toList()) {
                if (!NAME.matcher(word).matches()) {
                    throw new IllegalArgumentException(
                            "\"" + word + "\" is not a name of a user or group here: use a-z, 0-9, '.', ':' and '-'");
                }
            }
        }
    }

    /** Copies the lists. */
    public ControlPlaneOptions {
        users = List.copyOf(users);
        apiServerFlags = List.copyOf(apiServerFlags);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 (a free one) to 65535, is " + port);
        }
    }

    /** Everything runs, with audit log, on a free port, in the system's folder for temporary files. */
    public static ControlPlaneOptions defaults() {
        return new ControlPlaneOptions(
                List.of(), true, true, List.of(), 0, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** Adds users without groups. */
    public ControlPlaneOptions withUsers(String... names) {
        return with(Stream.of(names).map(name -> new User(name, List.of())).toList());
    }

    /** Adds a user with groups. */
    public ControlPlaneOptions withUser(String name, List<String> groups) {
        return with(List.of(new User(name, groups)));
    }

    /** Only etcd and the API server: ready in half the time. */
    public ControlPlaneOptions withoutControllers() {
        return new ControlPlaneOptions(users, false, audit, apiServerFlags, port, parent);
    }

    /** No audit log: the API server writes no line per request. */
    public ControlPlaneOptions withoutAudit() {
        return new ControlPlaneOptions(users, controllers, false, apiServerFlags, port, parent);
    }

    /** Adds flags of the API server. */
    public ControlPlaneOptions withApiServerFlags(String... flags) {
        List<String> all =
                Stream.concat(apiServerFlags.stream(), Stream.of(flags)).toList();
        return new ControlPlaneOptions(users, controllers, audit, all, port, parent);
    }

    /** Chooses the API server's port. */
    public ControlPlaneOptions withPort(int apiServerPort) {
        return new ControlPlaneOptions(users, controllers, audit, apiServerFlags, apiServerPort, parent);
    }

    /** Chooses where the instance's folder is made. */
    public ControlPlaneOptions under(Path folder) {
        return new ControlPlaneOptions(users, controllers, audit, apiServerFlags, port, folder);
    }

    private ControlPlaneOptions with(List<User> more) {
        List<User> all = Stream.concat(users.stream(), more.stream()).toList();
        return new ControlPlaneOptions(all, controllers, audit, apiServerFlags, port, parent);
    }
}
