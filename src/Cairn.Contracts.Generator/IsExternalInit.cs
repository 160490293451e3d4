// The compiler asks for this type where records are used; the framework of compilers lacks it.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
