package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.SourceCodeLocation;

/** Where in the sources a finding is, as an editor understands it: {@code host/kube/Actuator.java:12}. */
final class Place {

    private Place() {}

    static String of(Dependency dependency) {
        return of(dependency.getOriginClass(), dependency.getSourceCodeLocation());
    }

    static String of(JavaAccess<?> access) {
        return of(access.getOriginOwner(), access.getSourceCodeLocation());
    }

    static String of(JavaClass type) {
        return of(type, type.getSourceCodeLocation());
    }

    /** Bytecode knows the lines of code, not those of fields and headers: these stand at line 0. */
    private static String of(JavaClass type, SourceCodeLocation location) {
        String folder = Rooms.packageBelowBase(type).replace('.', '/');
        return folder + "/" + location.getSourceFileName() + ":" + location.getLineNumber();
    }
}
